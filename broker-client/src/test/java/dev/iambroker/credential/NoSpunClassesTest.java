package dev.iambroker.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The twin's start-up: an invokedynamic anywhere in it would be paid by every kubectl command. */
final class NoSpunClassesTest {

    @Test
    void twin_hasNoInvokeDynamic() throws IOException {
        var classes = classFiles();
        assertThat(classes).hasSizeGreaterThan(10);
        for (var file : classes) {
            for (var entry : ClassFile.of().parse(file).constantPool()) {
                assertThat(entry).as(file.toString()).isNotInstanceOf(InvokeDynamicEntry.class);
            }
        }
    }

    private static List<Path> classFiles() throws IOException {
        try (var tree = Files.walk(Path.of(Implementation.property("java.twin")))) {
            return tree.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }
}
