package dev.iambroker.account;

/** How a trusted profile is named to IAM: exactly one of its name, its id or its CRN. */
public record TrustedProfile(By by, String value) {
    /** Which of the three names {@link TrustedProfile#value()} is. */
    public enum By {
        NAME,
        ID,
        CRN
    }
}
