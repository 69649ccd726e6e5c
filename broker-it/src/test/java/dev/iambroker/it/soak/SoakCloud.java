package dev.iambroker.it.soak;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import dev.iambroker.it.soak.SoakAccount.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An emulated cloud with many accounts, and a configuration that logs in to them in every way. */
final class SoakCloud implements AutoCloseable {
    static final int ACCOUNTS = 50;
    /** Ten minutes of these are as many renewals as a day of hours. */
    static final Duration LIFE = Duration.ofSeconds(24);

    private final int count;
    private final EmulatedCloud cloud = SampleCloud.start();
    private final List<SoakAccount> accounts = new ArrayList<>();
    private final Map<String, Identity> people = new HashMap<>();

    /**
     * @param life of a token
     * @param count of accounts
     */
    SoakCloud(Duration life, int count) {
        this.count = count;
        emulator().settings().accessTokenLife(life).idTokenLife(life).rotation(Rotation.OVERLAPPING);
    }

    Emulator emulator() {
        return cloud.emulator();
    }

    List<SoakAccount> accounts() {
        return accounts;
    }

    long count(Kind kind) {
        return accounts.stream().filter(account -> account.kind() == kind).count();
    }

    /**
     * Adds the accounts.
     *
     * @param place where their secrets come to lie
     * @return their lines of a configuration
     */
    String accounts(Workplace place) throws IOException {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = 0; i < count; i++) {
            yaml.append(add(i, place));
        }
        return yaml.toString();
    }

    /** A line of the configuration: of every ten accounts three are by key, two by password, two by passcode. */
    private String add(int i, Workplace place) throws IOException {
        return switch (i % 10) {
            case 0, 1, 2 -> byKey(i, place);
            case 3, 4 -> byPassword(i, place);
            case 5, 6 -> byPasscode(i);
            case 7 -> sharing(i);
            case 8 -> byProfile(i, place);
            default -> byRefreshToken(i, place);
        };
    }

    private String byKey(int i, Workplace place) throws IOException {
        Account account = account(i);
        Identity service = emulator().addServiceId("emulated-service-" + i, account);
        emulator().addApiKey("emulated-soak-key-" + i, service, account);
        Path key = place.secret("key" + i, "emulated-soak-key-" + i);
        return line(i, Kind.API_KEY, account, service.iamId(), "api-key: { file: %s }".formatted(key));
    }

    private String byPassword(int i, Workplace place) throws IOException {
        Account account = account(i);
        Identity user = emulator().addUser(email(i), "emulated-password-" + i, account);
        Path password = place.secret("password" + i, "emulated-password-" + i);
        return line(
                i,
                Kind.PASSWORD,
                account,
                user.iamId(),
                "password: { username: %s, password: { file: %s } }".formatted(email(i), password));
    }

    private String byPasscode(int i) {
        Account account = account(i);
        // The next but one may share this login.
        Identity user = emulator().addUser(email(i), "emulated-password-" + i, account, account(i + 1), account(i + 2));
        people.put(alias(i), user);
        return line(i, Kind.PASSCODE, account, user.iamId(), "passcode: {}");
    }

    private String sharing(int i) {
        Identity owner = people.getOrDefault(alias(i - 1), cloud.user());
        return line(i, Kind.SHARED, account(i), owner.iamId(), "login: " + alias(i - 1));
    }

    private String byProfile(int i, Workplace place) throws IOException {
        Account account = account(i);
        String token = "emulated-compute-resource-token-" + i;
        String iamId = emulator()
                .addTrustedProfile("emulated-profile-" + i, account, token)
                .identity()
                .iamId();
        Path file = place.secret("cr" + i, token);
        return line(
                i,
                Kind.TRUSTED_PROFILE,
                account,
                iamId,
                "trusted-profile: { profile-name: emulated-profile-%d, cr-token-file: %s }".formatted(i, file));
    }

    private String byRefreshToken(int i, Workplace place) throws IOException {
        Account account = account(i);
        Identity user = emulator().addUser(email(i), "emulated-password-" + i, account);
        Path file = place.secret("refresh" + i, emulator().issueRefreshToken(user, account));
        return line(i, Kind.REFRESH_TOKEN, account, user.iamId(), "refresh-token: { file: %s }".formatted(file));
    }

    private String line(int i, Kind kind, Account account, String iamId, String login) {
        accounts.add(new SoakAccount(alias(i), kind, account.id(), iamId));
        return "  %s: { %s, account-id: %s }\n".formatted(alias(i), login, account.id());
    }

    /** Adding one again changes nothing. */
    private Account account(int i) {
        return emulator().addAccount("e%031d".formatted(1000 + i), "Emulated " + i);
    }

    private static String email(int i) {
        return "person" + i + "@emulated.example";
    }

    private static String alias(int i) {
        return "a" + i;
    }

    void logIn(UnixHttp http) throws IOException, InterruptedException {
        for (Map.Entry<String, Identity> person : people.entrySet()) {
            String passcode = emulator().addPasscode(person.getValue());
            Answer answer = logIn(http, person.getKey(), passcode);
            // Fifty accounts at once may ask IAM as often as it may be asked: then a person is told when to come back.
            for (int more = 100;
                    more > 0 && answer.status() == 503 && answer.head().contains("Retry-After: ");
                    more--) {
                Thread.sleep(100);
                answer = logIn(http, person.getKey(), passcode);
            }
            if (answer.status() != 200) {
                throw new AssertionError("login of " + person.getKey() + ": " + answer);
            }
        }
    }

    private static Answer logIn(UnixHttp http, String alias, String passcode) throws IOException {
        return http.post("/v1/accounts/" + alias + "/login", "{\"passcode\":\"" + passcode + "\"}");
    }

    @Override
    public void close() {
        cloud.close();
    }
}
