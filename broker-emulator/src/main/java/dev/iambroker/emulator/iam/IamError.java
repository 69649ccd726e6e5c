package dev.iambroker.emulator.iam;

/** The error codes of the token service that are publicly known. */
public enum IamError {
    BXNIM0106E(400, "Property failed validation"),
    BXNIM0109E(400, "Property missing or empty"),
    BXNIM0308E(401, "No Authorization header found"),
    BXNIM0400E(401, "External authentication failed"),
    BXNIM0407E(400, "Provided token or refresh token is invalid"),
    BXNIM0408E(400, "Provided refresh_token is expired"),
    BXNIM0410E(400, "Provided token cannot be used for this request"),
    BXNIM0415E(400, "Provided API key could not be found"),
    BXNIM0439E(400, "Session is not active anymore"),
    BXNIM0462E(400, "Provided API key is disabled"),
    BXNIM0602E(400, "The credentials you entered are wrong");

    private final int status;
    private final String message;

    IamError(int status, String message) {
        this.status = status;
        this.message = message;
    }

    public int status() {
        return status;
    }

    public String message() {
        return message;
    }
}
