package dev.iambroker.emulator;

import dev.iambroker.emulator.settings.Generation;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** Runs the sample cloud alone: {@code Main [PORT [GENERATION]]}, until interrupted. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 0;
        Generation generation =
                args.length > 1 ? Generation.valueOf(args[1].toUpperCase(Locale.ROOT)) : Generation.IBM_CLOUD;
        CountDownLatch interrupted = new CountDownLatch(1);
        try (EmulatedCloud cloud =
                EmulatedCloud.sample(Emulator.builder().port(port).generation(generation))) {
            Runtime.getRuntime().addShutdownHook(new Thread(interrupted::countDown, "emulator-stop"));
            System.out.print(description(cloud));
            interrupted.await();
        }
    }

    static String description(EmulatedCloud cloud) {
        Emulator emulator = cloud.emulator();
        StringBuilder text =
                new StringBuilder("Emulated cloud, " + emulator.generation() + ". Nothing here is real.\n");
        line(text, "iam", emulator.iamUrl());
        line(text, "accounts", emulator.accountsUrl());
        line(text, "containers", emulator.containersUrl());
        line(
                text,
                "account",
                cloud.prod().id() + " " + cloud.prod().name() + ", API key " + EmulatedCloud.PROD_API_KEY);
        line(text, "account", cloud.dev().id() + " " + cloud.dev().name() + ", API key " + EmulatedCloud.DEV_API_KEY);
        line(text, "user", EmulatedCloud.USER + ", password " + EmulatedCloud.PASSWORD);
        line(text, "passcode", "curl " + emulator.iamUrl() + "/identity/passcode");
        line(text, "profile", EmulatedCloud.PROFILE_NAME + ", cr_token " + EmulatedCloud.COMPUTE_RESOURCE_TOKEN);
        for (EmulatedCluster cluster : emulator.clusters()) {
            line(
                    text,
                    "cluster",
                    cluster.id() + " " + cluster.name() + " " + cluster.url() + " of " + cluster.account());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-11s %s%n", name, value));
    }
}
