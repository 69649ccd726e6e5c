package dev.iambroker.emulator.cloud;

/** What a cluster runs on. */
public enum Provider {
    CLASSIC("classic"),
    VPC_GEN2("vpc-gen2");

    private final String id;

    Provider(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }
}
