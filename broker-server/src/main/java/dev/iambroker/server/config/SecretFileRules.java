package dev.iambroker.server.config;

import java.nio.file.Path;

/** Who else may read or write a file that holds a secret. */
final class SecretFileRules {
    /** Where the file comes from decides how strictly it is judged. */
    enum Kind {
        /** Put there by a person: judged by its mode, unless it is a container's secret mount. */
        ORDINARY,
        /**
         * Put there by systemd in a directory that only the unit enters. The access list that lets the unit's user
         * read it shows in the mode as group-readable.
         */
        CREDENTIAL,
        /** A platform's token, at the platform's mode: no more than a warning. */
        PLATFORM_TOKEN
    }

    private final ProcessIdentity self;
    private final SecretMounts mounts;

    SecretFileRules(ProcessIdentity self, SecretMounts mounts) {
        this.self = self;
        this.mounts = mounts;
    }

    static SecretFileRules in(Surroundings surroundings) {
        var mounts = new SecretMounts(surroundings.mounts(), surroundings.secretMounts());
        return new SecretFileRules(surroundings.self(), mounts);
    }

    /** @param real the file itself, every symbolic link followed */
    Verdict judge(Path real, FileFacts facts, Kind kind) {
        if (!facts.isRegular()) {
            return new Verdict.Bad("is not a regular file (expected a file that holds the secret)");
        }
        Verdict verdict = judgeMode(facts, kind);
        if (verdict instanceof Verdict.Bad bad && (kind == Kind.PLATFORM_TOKEN || mounts.covers(real))) {
            return new Verdict.Risky(bad.reason());
        }
        return verdict;
    }

    private Verdict judgeMode(FileFacts facts, Kind kind) {
        String mode = ", mode " + facts.permissions();
        if (facts.isReadableByOthers()) {
            return new Verdict.Bad("is readable by others" + mode + " (expected 0600: chmod 600 it)");
        }
        if (facts.isWritableByMoreThanOwner()) {
            return new Verdict.Bad("is writable by others than its owner" + mode + " (expected 0600: chmod 600 it)");
        }
        if (facts.isReadableByGroup() && !mayBeReadByGroup(facts, kind)) {
            return new Verdict.Bad("is readable by its group" + mode
                    + " (expected 0600, or root as its owner and a group of the daemon's own)");
        }
        return Verdict.GOOD;
    }

    private boolean mayBeReadByGroup(FileFacts facts, Kind kind) {
        return facts.isOwnedByRoot()
                && (kind == Kind.CREDENTIAL || self.groups().contains(facts.gid()));
    }
}
