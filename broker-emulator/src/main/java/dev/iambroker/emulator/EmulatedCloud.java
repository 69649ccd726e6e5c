package dev.iambroker.emulator;

import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;

/**
 * An emulator with sample content, all of it marked as emulated. Closing it closes the emulator.
 *
 * @param user member of both accounts, logs in by password or passcode
 */
public record EmulatedCloud(
        Emulator emulator,
        Account prod,
        Account dev,
        Identity user,
        EmulatedCluster prodClassic,
        EmulatedCluster prodVpc,
        EmulatedCluster devVpc)
        implements AutoCloseable {
    public static final String USER = "ops@emulated.example";
    public static final String PASSWORD = "emulated-password";
    public static final String PROD_API_KEY = "emulated-api-key-prod";
    public static final String DEV_API_KEY = "emulated-api-key-dev";
    /** Of a service id, in the account of production. */
    public static final String SERVICE_API_KEY = "emulated-api-key-service";

    public static final String PROFILE_NAME = "emulated-ci";
    public static final String COMPUTE_RESOURCE_TOKEN = "emulated-compute-resource-token";
    public static final String PROD_ACCOUNT = "e0000000000000000000000000000001";
    public static final String DEV_ACCOUNT = "e0000000000000000000000000000002";

    /** Starts what the builder says and fills it. */
    public static EmulatedCloud sample(EmulatorBuilder builder) {
        Emulator emulator = builder.start();
        Account prod = emulator.addAccount(PROD_ACCOUNT, "Emulated Production");
        Account dev = emulator.addAccount(DEV_ACCOUNT, "Emulated Development");
        Identity user = emulator.addUser(USER, PASSWORD, prod, dev);
        emulator.addApiKey(PROD_API_KEY, user, prod);
        emulator.addApiKey(DEV_API_KEY, user, dev);
        emulator.addApiKey(SERVICE_API_KEY, emulator.addServiceId("emulated-service", prod), prod);
        emulator.addTrustedProfile(PROFILE_NAME, prod, COMPUTE_RESOURCE_TOKEN);
        return new EmulatedCloud(
                emulator,
                prod,
                dev,
                user,
                cluster(emulator, "emulated0prod0classic", "prod-classic", prod, Provider.CLASSIC),
                cluster(emulator, "emulated0prod0vpc", "prod-vpc", prod, Provider.VPC_GEN2),
                cluster(emulator, "emulated0dev0vpc", "dev-vpc", dev, Provider.VPC_GEN2));
    }

    private static EmulatedCluster cluster(
            Emulator emulator, String id, String name, Account account, Provider provider) {
        return emulator.addCluster(ClusterSpec.kubernetes(id, name, account.id(), provider));
    }

    @Override
    public void close() {
        emulator.close();
    }
}
