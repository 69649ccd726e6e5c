package dev.iambroker.emulator.settings;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;

/** What may change while the cloud runs. Thread-safe; each setting takes effect with the next request. */
public final class Settings {
    private volatile Duration accessTokenLife = Duration.ofHours(1);
    private volatile Duration idTokenLife = Duration.ofHours(1);
    private volatile Duration openShiftTokenLife = Duration.ofHours(24);
    private volatile Duration refreshTokenLife = Duration.ofDays(30);
    private volatile Duration sessionLife = Duration.ofDays(30);
    private volatile Duration inactivity = Duration.ofDays(30);
    private volatile Rotation rotation = Rotation.OFF;
    private volatile Duration latency = Duration.ZERO;
    private volatile boolean refreshTokenExpirationShown;
    private volatile boolean accountsAsSingleObject;
    private volatile int accountsPageSize = 100;

    /** {@code expires_in} of every answer and {@code exp} of access tokens; whole seconds. */
    @CanIgnoreReturnValue
    public Settings accessTokenLife(Duration life) {
        accessTokenLife = life;
        return this;
    }

    /** {@code exp} of ID tokens; whole seconds. */
    @CanIgnoreReturnValue
    public Settings idTokenLife(Duration life) {
        idTokenLife = life;
        return this;
    }

    /** {@code expires_in} of the OAuth tokens of OpenShift clusters; whole seconds. */
    @CanIgnoreReturnValue
    public Settings openShiftTokenLife(Duration life) {
        openShiftTokenLife = life;
        return this;
    }

    /** After it a refresh token is refused with BXNIM0408E. */
    @CanIgnoreReturnValue
    public Settings refreshTokenLife(Duration life) {
        refreshTokenLife = life;
        return this;
    }

    /** The end of a login session from its login on, which ends its refresh tokens too: BXNIM0408E. */
    @CanIgnoreReturnValue
    public Settings sessionLife(Duration life) {
        sessionLife = life;
        return this;
    }

    /** A session that was not used for this long is invalidated: BXNIM0439E. */
    @CanIgnoreReturnValue
    public Settings inactivity(Duration limit) {
        inactivity = limit;
        return this;
    }

    @CanIgnoreReturnValue
    public Settings rotation(Rotation kind) {
        rotation = kind;
        return this;
    }

    /** Real time that passes before each answer of the cloud and of the clusters. */
    @CanIgnoreReturnValue
    public Settings latency(Duration time) {
        latency = time;
        return this;
    }

    /** Whether answers with a refresh token carry {@code refresh_token_expiration}. */
    @CanIgnoreReturnValue
    public Settings refreshTokenExpirationShown(boolean shown) {
        refreshTokenExpirationShown = shown;
        return this;
    }

    /** Whether {@code /v1/accounts} prints {@code resources} as the pages do: one object in place of an array. */
    @CanIgnoreReturnValue
    public Settings accountsAsSingleObject(boolean single) {
        accountsAsSingleObject = single;
        return this;
    }

    /** How many accounts a page of an accounts answer has at most. */
    @CanIgnoreReturnValue
    public Settings accountsPageSize(int size) {
        accountsPageSize = size;
        return this;
    }

    public Duration accessTokenLife() {
        return accessTokenLife;
    }

    public Duration idTokenLife() {
        return idTokenLife;
    }

    public Duration openShiftTokenLife() {
        return openShiftTokenLife;
    }

    public Duration refreshTokenLife() {
        return refreshTokenLife;
    }

    public Duration sessionLife() {
        return sessionLife;
    }

    public Duration inactivity() {
        return inactivity;
    }

    public Rotation rotation() {
        return rotation;
    }

    public Duration latency() {
        return latency;
    }

    public boolean refreshTokenExpirationShown() {
        return refreshTokenExpirationShown;
    }

    public boolean accountsAsSingleObject() {
        return accountsAsSingleObject;
    }

    public int accountsPageSize() {
        return accountsPageSize;
    }
}
