package dev.iambroker.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a configuration is read in: the process and the machine around it. Immutable. Its text says nothing of the
 * environment, which may hold secrets.
 *
 * @param environment of the process
 * @param self as whom secret files are opened
 * @param passwd where users are looked up
 * @param group where groups are looked up
 * @param mounts the mount table, in the form of {@code /proc/self/mountinfo}
 * @param secretMounts the directories under which containers mount secrets
 */
public record Surroundings(
        Map<String, String> environment,
        ProcessIdentity self,
        Path passwd,
        Path group,
        Path mounts,
        List<Path> secretMounts) {
    public Surroundings {
        environment = Map.copyOf(environment);
        secretMounts = List.copyOf(secretMounts);
    }

    /** Those of this process on this machine. */
    public static Surroundings ofThisProcess(Map<String, String> environment) {
        return new Surroundings(
                environment,
                ProcessIdentity.ofThisProcess(),
                Path.of("/etc/passwd"),
                Path.of("/etc/group"),
                Path.of("/proc/self/mountinfo"),
                List.of(Path.of("/run/secrets"), Path.of("/var/run/secrets")));
    }

    @Override
    public String toString() {
        return "surroundings of uid " + self.uid();
    }
}
