package dev.iambroker.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * Runs the containers of a manifest as a kubelet would, as far as the manifests here need: users, groups, volumes with the owners
 * and modes that Kubernetes gives them, probes. On this machine's network, where the emulated cloud is. Takes root. Confined to one
 * thread; closing it removes all that it made.
 */
public final class Pod implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String name;
    private final Path files;
    private final int fsGroup;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final List<String> volumes = new ArrayList<>();
    private final List<String> running = new ArrayList<>();

    /** @param fsGroup of the pod's security context, 0 where there is none */
    public Pod(String name, int fsGroup) throws IOException {
        this.files = Files.createTempDirectory("iam-broker-it-pod-");
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));
        this.name = files.getFileName() + "-" + name;
        this.fsGroup = fsGroup;
    }

    /**
     * Makes the volumes of a pod.
     *
     * @param contents what is in each volume that is made of a ConfigMap or a Secret, by the volume's name: file name and text
     */
    public void mount(JsonNode podVolumes, Map<String, Map<String, String>> contents)
            throws IOException, InterruptedException {
        Docker.image();
        for (JsonNode volume : podVolumes) {
            String title = volume.path("name").asString();
            if (volume.has("configMap") || volume.has("secret")) {
                int mode = volume.path("secret").path("defaultMode").asInt(0644);
                sources.put(title, projected(title, contents.getOrDefault(title, Map.of()), mode));
            } else {
                // An emptyDir is open to everybody and its group the pod's; of the node's folders the kubelet makes
                // root's.
                sources.put(title, directory(title, volume.has("emptyDir") ? fsGroup + " 2777" : "0 0755"));
            }
        }
    }

    private String directory(String title, String groupAndMode) throws IOException, InterruptedException {
        String volume = name + "-" + title;
        String[] words = groupAndMode.split(" ", -1);
        Docker.must("volume", "create", volume);
        volumes.add(volume);
        Docker.must(
                "run",
                "--rm",
                "--network=none",
                "-v",
                volume + ":/v",
                Docker.tools(),
                "/bin/sh",
                "-c",
                "chown 0:" + words[0] + " /v && chmod " + words[1] + " /v");
        return volume;
    }

    /** Links to a directory that Kubernetes swaps when the content changes. */
    private String projected(String title, Map<String, String> content, int mode) throws IOException {
        Path directory = Files.createDirectory(files.resolve(title));
        Path data = Files.createDirectory(directory.resolve("..2026_01_01"));
        for (var file : content.entrySet()) {
            Path path = Files.writeString(data.resolve(file.getKey()), file.getValue());
            Files.setAttribute(path, "unix:gid", fsGroup);
            Files.setAttribute(path, "unix:mode", mode);
            Files.createSymbolicLink(directory.resolve(file.getKey()), Path.of("..data", file.getKey()));
        }
        Files.createSymbolicLink(directory.resolve("..data"), data.getFileName());
        for (Path open : List.of(data, directory)) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return directory.toString();
    }

    /** Runs a container to its end. */
    public Ran run(JsonNode container) throws IOException, InterruptedException {
        return Docker.command("run", "--rm").with(options(container).toArray()).run();
    }

    /** Starts one that goes on, and waits until its startup probe succeeds, if that is a command. */
    public void start(JsonNode container) throws IOException, InterruptedException {
        String title = name(container);
        Docker.command("rm", "--force", title).run();
        List<Object> command = new ArrayList<>(List.of("run", "--detach", "--name", title));
        command.addAll(options(container));
        running.add(title);
        Docker.must(command.toArray());
        JsonNode probe = container.path("startupProbe").path("exec").path("command");
        if (!probe.isMissingNode()) {
            await(title, words(probe));
        }
    }

    private void await(String title, List<Object> probe) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Ran ran = exec(title, probe);
        while (ran.exitCode() != 0) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        ran.all() + Docker.command("logs", title).run().all());
            }
            ran = exec(title, probe);
        }
    }

    /** Waits until a probe that is a command succeeds; by its member's name in the manifest. */
    public void awaitProbe(JsonNode container, String probe) throws IOException, InterruptedException {
        await(name(container), words(container.path(probe).path("exec").path("command")));
    }

    /** What is mounted for a volume: a folder of this machine, or a volume of the engine. */
    public String source(String volume) {
        return Objects.requireNonNull(sources.get(volume));
    }

    private static Ran exec(String title, List<Object> command) throws IOException, InterruptedException {
        return Docker.command("exec", title).with(command.toArray()).run();
    }

    /** Ends one with SIGTERM; its exit code. */
    public int stop(JsonNode container) throws IOException, InterruptedException {
        Docker.must("stop", "--time", "20", name(container));
        return Integer.parseInt(Docker.must("inspect", "--format", "{{.State.ExitCode}}", name(container)));
    }

    private String name(JsonNode container) {
        return name + "-" + container.path("name").asString();
    }

    private List<Object> options(JsonNode container) throws IOException, InterruptedException {
        JsonNode security = container.path("securityContext");
        List<Object> options =
                new ArrayList<>(List.of("--network=host", "--security-opt=no-new-privileges", "--no-healthcheck"));
        options.add("--user=" + security.path("runAsUser").asInt() + ":"
                + security.path("runAsGroup").asInt());
        if (fsGroup != 0) {
            options.add("--group-add=" + fsGroup);
        }
        if (security.path("readOnlyRootFilesystem").asBoolean(false)) {
            options.add("--read-only");
        }
        security.path("capabilities").path("drop").forEach(it -> options.add("--cap-drop=" + it.asString()));
        security.path("capabilities").path("add").forEach(it -> options.add("--cap-add=" + it.asString()));
        container
                .path("env")
                .forEach(it -> options.add("--env=" + it.path("name").asString() + "="
                        + it.path("value").asString()));
        for (JsonNode mount : container.path("volumeMounts")) {
            String source = sources.get(mount.path("name").asString());
            String access = mount.path("readOnly").asBoolean(false) ? "ro" : "rw";
            options.add("--volume=" + source + ":" + mount.path("mountPath").asString() + ":" + access
                    + (volumes.contains(source) ? ",nocopy" : ""));
        }
        options.addAll(commandLine(container));
        return options;
    }

    private static List<Object> commandLine(JsonNode container) throws IOException, InterruptedException {
        List<Object> command = words(container.path("command"));
        List<Object> words = new ArrayList<>();
        if (!command.isEmpty()) {
            words.add("--entrypoint=" + command.getFirst());
        }
        words.add(container.path("image").asString().startsWith("busybox") ? Docker.tools() : Docker.image());
        words.addAll(command.isEmpty() ? List.of() : command.subList(1, command.size()));
        words.addAll(words(container.path("args")));
        return words;
    }

    private static List<Object> words(JsonNode list) {
        List<Object> words = new ArrayList<>();
        list.forEach(word -> words.add(word.asString()));
        return words;
    }

    @Override
    public void close() throws IOException {
        for (String container : running) {
            discard("rm", "--force", "--volumes", container);
        }
        for (String volume : volumes) {
            discard("volume", "rm", volume);
        }
        Workplace.delete(files);
    }

    private static void discard(Object... command) throws IOException {
        try {
            Docker.command(command).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
