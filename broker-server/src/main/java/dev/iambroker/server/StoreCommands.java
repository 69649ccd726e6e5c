package dev.iambroker.server;

import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.server.cli.CommandFailure;
import dev.iambroker.server.cli.ExitCode;
import dev.iambroker.server.cli.OutputFormat;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.StateSettings;
import dev.iambroker.server.config.StateSettings.KeyRef;
import dev.iambroker.server.store.DataKeyRotation;
import dev.iambroker.server.store.FileOps;
import dev.iambroker.server.store.StoreInspection;
import dev.iambroker.server.store.StoreInspection.Finding;
import dev.iambroker.server.store.WrappingKey;
import dev.iambroker.server.telemetry.AuditReader;
import dev.iambroker.store.StoreFailure;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The commands that open the store by its keys, without the daemon. */
record StoreCommands(BrokerConfig config, PrintStream out) {
    /** What the configuration opens the store with. */
    static List<WrappingKey> keys(StateSettings state) {
        List<WrappingKey> keys = new ArrayList<>();
        for (KeyRef key : state.keys()) {
            keys.add(
                    switch (key) {
                        case KeyRef.SecretKey k -> new WrappingKey.RawKey(k.source());
                        case KeyRef.Passphrase k -> new WrappingKey.Passphrase(k.source());
                    });
        }
        return keys;
    }

    int verify(OutputFormat output) {
        List<Finding> findings = orFail(() -> inspection().findings());
        boolean isRight = findings.stream().allMatch(Finding::isRight);
        if (output == OutputFormat.JSON) {
            printJson(findings, isRight);
        } else {
            findings.forEach(finding -> out.println((finding.isRight() ? "ok     " : "WRONG  ") + finding.text()));
        }
        return (isRight ? ExitCode.DONE : ExitCode.FAILURE).number();
    }

    private void printJson(List<Finding> findings, boolean isRight) {
        ObjectNode root = json().createObjectNode().put("ok", isRight);
        ArrayNode array = root.putArray("findings");
        findings.forEach(
                finding -> array.addObject().put("ok", finding.isRight()).put("text", finding.text()));
        print(root);
    }

    /** Names of files may be anybody's: nothing but ASCII can steer no terminal. */
    private static JsonMapper json() {
        return JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    }

    private void print(ObjectNode root) {
        out.println(json().writerWithDefaultPrettyPrinter().writeValueAsString(root));
    }

    int rotate(OutputFormat output) {
        DataKeyRotation.Outcome outcome = orFail(() -> DataKeyRotation.rotate(
                config.state().dir(), keys(config.state()), FileOps.posix(), new SecureRandom()));
        if (output == OutputFormat.JSON) {
            ObjectNode root = json().createObjectNode().put("sealed", outcome.sealed());
            outcome.unreadable().forEach(root.putArray("left")::add);
            print(root);
            return ExitCode.DONE.number();
        }
        out.println("a new data key seals " + (outcome.sealed() == 1 ? "1 session" : outcome.sealed() + " sessions"));
        outcome.unreadable().forEach(file -> out.println("left as it is: " + file));
        return ExitCode.DONE.number();
    }

    byte[] verifyAudit(List<Path> files, long from) {
        Path configured = config.audit().file();
        if (files.isEmpty() && configured == null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the configuration names no audit log: set audit.file, or name the files");
        }
        List<Path> all = files.isEmpty() && configured != null ? List.of(configured) : files;
        return orFail(() -> AuditReader.of(all, inspection().auditVault()).verify(from));
    }

    private StoreInspection inspection() {
        return new StoreInspection(config.state().dir(), keys(config.state()), FileOps.posix());
    }

    private static <T> T orFail(Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreFailure | SecretUnavailable e) {
            throw new CommandFailure(ExitCode.FAILURE, String.valueOf(e.getMessage()));
        }
    }
}
