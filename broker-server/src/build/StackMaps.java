import static java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import static java.lang.classfile.ClassFile.JAVA_8_VERSION;
import static java.lang.classfile.ClassFile.StackMapsOption.GENERATE_STACK_MAPS;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Copies a jar and gives its classes stack maps (JVMS 4.10.1), and with them the version of Java 8. An AOT cache takes no
 * class that is older than those, and the JVM would verify each of them by inference at every start.
 *
 * <pre>java StackMaps.java IN.jar OUT.jar</pre>
 */
final class StackMaps {
    /** The first version that has them. */
    private static final int FIRST_WITH_STACK_MAPS = 50;

    /** The licences of what is changed want that said. */
    private static final String NOTICE = "META-INF/CHANGED.txt";

    private static final String CHANGE =
            "Stack maps were added to the classes of this jar, for iam-broker's AOT cache. Nothing else was changed.\n";

    public static void main(String[] arguments) throws IOException {
        Path in = Path.of(arguments[0]);
        try (var loader = new URLClassLoader(new URL[] {in.toUri().toURL()});
                var jar = new JarFile(in.toFile());
                var out = new ZipOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
            var hierarchy = ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofClassLoading(loader));
            ClassFile classFile = ClassFile.of(GENERATE_STACK_MAPS, hierarchy);
            for (JarEntry entry : Collections.list(jar.entries())) {
                try (InputStream content = jar.getInputStream(entry)) {
                    put(out, entry.getName(), entry.getTime(), changed(entry, content.readAllBytes(), classFile));
                }
            }
            put(out, NOTICE, jar.getEntry("META-INF/MANIFEST.MF").getTime(), CHANGE.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static byte[] changed(JarEntry entry, byte[] content, ClassFile classFile) {
        if (!entry.getName().endsWith(".class")) {
            return content;
        }
        ClassModel model = classFile.parse(content);
        if (model.majorVersion() >= FIRST_WITH_STACK_MAPS) {
            return content;
        }
        // A body that is not taken apart is copied as it is, without stack maps.
        ClassTransform bodies = ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
        ClassTransform version = ClassTransform.endHandler(built -> built.withVersion(JAVA_8_VERSION, 0));
        return classFile.transformClass(model, bodies.andThen(version));
    }

    private static void put(ZipOutputStream out, String name, long time, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTime(time);
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }
}
