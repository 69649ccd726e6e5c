package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.Login;
import dev.iambroker.account.TrustedProfile;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.settings.Generation;
import dev.iambroker.emulator.tls.ServerName;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every grant of every generation against a cloud that knows the pages and nothing else. */
final class EmulatedCloudTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Secret PROD_KEY = Secret.of(EmulatedCloud.PROD_API_KEY);
    private static final Secret PASSWORD = Secret.of(EmulatedCloud.PASSWORD);
    private static final String PROD = EmulatedCloud.PROD_ACCOUNT;

    /** Shared by all tests, as making their keys takes longer than using them. */
    private static final Map<Generation, EmulatedCloud> CLOUDS = new EnumMap<>(Generation.class);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable CloudConnections connections;

    @AfterEach
    void stop() {
        for (EmulatedCloud cloud : CLOUDS.values()) {
            assertThat(cloud.emulator().departures()).isEmpty();
            cloud.emulator().behave();
            cloud.emulator().clearRequests();
        }
        if (connections != null) {
            connections.close();
        }
        executor.shutdownNow();
    }

    @AfterAll
    static void closeClouds() {
        CLOUDS.values().forEach(EmulatedCloud::close);
        CLOUDS.clear();
    }

    /** One account at a sample cloud. */
    private record Setup(EmulatedCloud cloud, Account account, CloudConnections connections) {
        IamAnswer request(Grant grant) {
            return iam().request(account, grant);
        }

        HttpIamClient iam() {
            return new HttpIamClient(
                    connections,
                    InstantSource.system(),
                    () -> 0,
                    (grant, status, nanos) -> {},
                    new ClockSkew(unused -> {}));
        }

        IamFailure failure(Grant grant) {
            return catchThrowableOfType(IamFailure.class, () -> request(grant));
        }

        HttpClustersApi clusters() {
            return new HttpClustersApi(connections, duration -> {});
        }
    }

    private Setup setup(Cloud cloud, boolean uaa) {
        return setup(cloud, uaa, DEADLINE);
    }

    private Setup setup(Cloud cloud, boolean uaa, Duration deadline) {
        EmulatedCloud sample = CLOUDS.computeIfAbsent(
                generation(cloud),
                pages -> EmulatedCloud.sample(Emulator.builder().generation(pages)));
        AccountName name = new AccountName("prod");
        Endpoints endpoints = new Endpoints(
                cloud,
                URI.create(sample.emulator().iamUrl()),
                URI.create(sample.emulator().accountsUrl()),
                URI.create(sample.emulator().containersUrl()),
                null,
                null);
        HttpSettings settings = new HttpSettings("iam-broker/test", executor, null, deadline, deadline);
        CloudConnections made = new CloudConnections(settings, Map.of(name, endpoints));
        connections = made;
        return new Setup(sample, new Account(name, new Login.Passcode(), PROD, cloud, uaa), made);
    }

    private static Generation generation(Cloud cloud) {
        return switch (cloud) {
            case IBM_CLOUD, IBM_CLOUD_PRIVATE -> Generation.IBM_CLOUD;
            case BLUEMIX_2019 -> Generation.BLUEMIX_2019;
            case BLUEMIX_2017 -> Generation.BLUEMIX_2017;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "IBM_CLOUD, false",
        "IBM_CLOUD, true",
        "IBM_CLOUD_PRIVATE, false",
        "BLUEMIX_2019, true",
        "BLUEMIX_2019, false",
        "BLUEMIX_2017, true",
        "BLUEMIX_2017, false"
    })
    void request_everyLoginAndRefresh_isOneOfThePages(Cloud cloud, boolean uaa) {
        Setup setup = setup(cloud, uaa);
        for (String account : new @Nullable String[] {null, PROD}) {
            Secret passcode =
                    Secret.of(setup.cloud().emulator().addPasscode(setup.cloud().user()));
            List<Grant> logins = List.of(
                    new Grant.Password(EmulatedCloud.USER, PASSWORD, account),
                    new Grant.Passcode(passcode, account),
                    new Grant.ApiKey(PROD_KEY, account, true));
            for (Grant login : logins) {
                IamAnswer first = setup.request(login);
                assertThat(access(first).life()).isEqualTo(Duration.ofHours(1));
                assertThat(first.uaa() != null).isEqualTo(uaa && (account == null || cloud == Cloud.BLUEMIX_2017));

                IamAnswer renewed = setup.request(new Grant.Refresh(present(first.refreshToken()), PROD));

                assertThat(claims(access(renewed)).accountId()).isEqualTo(PROD);
                assertThat(renewed.uaa() != null).isEqualTo(uaa);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Cloud.class)
    void request_apiKeyWithoutClient_hasNoRefreshToken(Cloud cloud) {
        IamAnswer answer = setup(cloud, false).request(new Grant.ApiKey(PROD_KEY, null, false));

        assertThat(claims(access(answer)).accountId()).isEqualTo(PROD);
        assertThat(answer.refreshToken()).isNull();
    }

    @ParameterizedTest
    @EnumSource(value = Cloud.class, names = "BLUEMIX_2017", mode = EnumSource.Mode.EXCLUDE)
    void request_unboundRefresh_isTaken(Cloud cloud) {
        Setup setup = setup(cloud, cloud.keepsUaaTokens());
        Secret refresh = Secret.of(
                setup.cloud().emulator().issueRefreshToken(setup.cloud().user(), null));

        IamAnswer answer = setup.request(new Grant.Refresh(refresh, null));

        assertThat(claims(access(answer)).accountId()).isNull();
    }

    @ParameterizedTest
    @EnumSource(value = Cloud.class, names = "BLUEMIX_2017", mode = EnumSource.Mode.EXCLUDE)
    void request_twoStepsToKube_yieldAnIdTokenForTheAccount(Cloud cloud) {
        Setup setup = setup(cloud, cloud.keepsUaaTokens());
        setup.cloud().emulator().settings().idTokenLife(Duration.ofMinutes(20));
        Secret refresh = Secret.of(setup.cloud()
                .emulator()
                .issueRefreshToken(setup.cloud().user(), setup.cloud().prod()));

        IamAnswer minted = setup.request(new Grant.DelegatedRefresh(refresh));
        IamAnswer exchanged = setup.request(new Grant.DelegatedExchange(present(minted.delegatedRefreshToken())));

        assertThat(minted.access()).isNull();
        assertKubeToken(exchanged);
        assertThat(present(exchanged.id()).life()).isEqualTo(Duration.ofMinutes(20));
    }

    @ParameterizedTest
    @EnumSource(value = Cloud.class, names = "BLUEMIX_2017", mode = EnumSource.Mode.EXCLUDE)
    void request_oneStepToKube_yieldsAnIdTokenForTheAccount(Cloud cloud) {
        assertKubeToken(setup(cloud, false).request(new Grant.KubeApiKey(PROD_KEY)));
    }

    /** What the exchange brings renews itself, by the client kube and in one request. */
    @ParameterizedTest
    @EnumSource(value = Cloud.class, names = "BLUEMIX_2017", mode = EnumSource.Mode.EXCLUDE)
    void request_kubesOwnRefreshToken_yieldsAnIdTokenForTheAccount(Cloud cloud) {
        Setup setup = setup(cloud, cloud.keepsUaaTokens());
        Secret session = Secret.of(setup.cloud()
                .emulator()
                .issueRefreshToken(setup.cloud().user(), setup.cloud().prod()));
        Secret delegated =
                present(setup.request(new Grant.DelegatedRefresh(session)).delegatedRefreshToken());
        Secret own =
                present(setup.request(new Grant.DelegatedExchange(delegated)).refreshToken());

        IamAnswer renewed = setup.request(new Grant.KubeRefresh(own));

        assertKubeToken(renewed);
        assertThat(renewed.refreshToken()).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(value = Cloud.class, names = "BLUEMIX_2017", mode = EnumSource.Mode.EXCLUDE)
    void issuers_eachGeneration_areWhatItsTokensName(Cloud cloud) {
        Setup setup = setup(cloud, false);

        assertThat(setup.iam().issuers(setup.account(), null).names())
                .containsExactly(generation(cloud).issuer())
                .contains(present(claims(present(
                                setup.request(new Grant.KubeApiKey(PROD_KEY)).id()))
                        .issuer()));
    }

    /** No page says that a profile gets an ID token. That it does not is no failure that passes. */
    @Test
    void request_trustedProfileWithoutAnIdToken_isGivenUpWithTheReason() {
        Setup setup = setup(Cloud.IBM_CLOUD, false);
        setup.cloud().emulator().misbehave(Misbehaviour.NO_ID_TOKEN);
        TrustedProfile profile = new TrustedProfile(TrustedProfile.By.NAME, EmulatedCloud.PROFILE_NAME);

        IamFailure failure = setup.failure(
                new Grant.ComputeResource(Secret.of(EmulatedCloud.COMPUTE_RESOURCE_TOKEN), profile, true));

        assertThat(failure)
                .isInstanceOf(IamFailure.GiveUp.class)
                .hasMessageContaining("gives a trusted profile no ID token, which clusters want");
    }

    @Test
    void request_trustedProfile_yieldsAccessAndAsKubeIdTokens() {
        Setup setup = setup(Cloud.IBM_CLOUD, false);
        Secret token = Secret.of(EmulatedCloud.COMPUTE_RESOURCE_TOKEN);
        TrustedProfile profile = new TrustedProfile(TrustedProfile.By.NAME, EmulatedCloud.PROFILE_NAME);

        IamAnswer access = setup.request(new Grant.ComputeResource(token, profile, false));

        assertThat(claims(access(access)).accountId()).isEqualTo(PROD);
        assertThat(access.refreshToken()).isNull();
        assertKubeToken(setup.request(new Grant.ComputeResource(token, profile, true)));
    }

    @ParameterizedTest
    @EnumSource(Cloud.class)
    void list_accounts_readsAllPages(Cloud cloud) {
        Setup setup = setup(cloud, false);
        setup.cloud().emulator().settings().accountsPageSize(1);
        Secret access = Secret.of(
                setup.cloud().emulator().issueAccessToken(setup.cloud().user(), null));

        List<IbmAccount> accounts = new HttpAccountsApi(setup.connections()).list(setup.account(), access);

        assertThat(accounts).extracting(IbmAccount::id).containsExactlyInAnyOrder(PROD, EmulatedCloud.DEV_ACCOUNT);
    }

    @ParameterizedTest
    @EnumSource(Cloud.class)
    void clusters_eachGeneration_areListedAndFound(Cloud cloud) {
        Setup setup = setup(cloud, false);
        HttpClustersApi api = setup.clusters();
        Secret access = boundAccess(setup);
        Secret refresh = refresh(setup);

        List<Cluster> listed = api.list(setup.account(), access, refresh);
        Cluster found = api.get(setup.account(), access, refresh, "prod-vpc");

        assertThat(listed).extracting(Cluster::name).containsExactlyInAnyOrder("prod-classic", "prod-vpc");
        assertThat(found.publicUrl()).isEqualTo(setup.cloud().prodVpc().url());
    }

    @ParameterizedTest
    @EnumSource(value = Cloud.class, names = "BLUEMIX_2017", mode = EnumSource.Mode.EXCLUDE)
    void certificateAuthority_eachGeneration_isThatOfTheCluster(Cloud cloud) {
        Setup setup = setup(cloud, false);
        HttpClustersApi api = setup.clusters();
        Cluster cluster = api.get(setup.account(), boundAccess(setup), refresh(setup), "prod-classic");

        String authority = api.certificateAuthority(setup.account(), boundAccess(setup), refresh(setup), cluster);

        assertThat(present(authority).strip())
                .isEqualTo(setup.cloud().prodClassic().caPem().strip());
    }

    @Test
    void revoke_endsTheRefreshToken() {
        Setup setup = setup(Cloud.IBM_CLOUD, false);
        String refresh = setup.cloud()
                .emulator()
                .issueRefreshToken(setup.cloud().user(), setup.cloud().prod());

        setup.iam().revoke(setup.account(), Secret.of(refresh));

        assertThat(setup.cloud().emulator().isRefreshTokenUsable(refresh)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Misbehaviour.class,
            names = {
                "ERROR_500",
                "ERROR_503",
                "THROTTLE_429_SECONDS",
                "THROTTLE_429_DATE",
                "THROTTLE_429_BARE",
                "HTML_502",
                "HTML_200",
                "EMPTY_200",
                "EMPTY_500",
                "REDIRECT_302",
                "INVALID_JSON",
                "RESET",
                "HANG_AFTER_ACCEPT",
                "ENDLESS_BODY",
                "CLOSE_BEFORE_ANSWER",
                "CUT_OFF_BODY",
                "CUT_OFF_HEADERS",
                "STALL_BODY"
            })
    void request_passingTrouble_retries(Misbehaviour misbehaviour) {
        Setup setup = setup(Cloud.IBM_CLOUD, false, Duration.ofSeconds(1));
        setup.cloud().emulator().misbehave(misbehaviour);

        IamFailure failure = setup.failure(new Grant.ApiKey(PROD_KEY, null, false));

        assertThat(failure).isInstanceOf(IamFailure.Retry.class).hasMessageNotContaining(EmulatedCloud.PROD_API_KEY);
        assertThat(setup.cloud().emulator().requests()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Misbehaviour.class,
            names = {"WRONG_CONTENT_TYPE", "UNKNOWN_FIELDS", "MISSING_LIFETIME", "NUMBERS_AS_STRINGS"})
    void request_oddButGoodAnswer_isRead(Misbehaviour misbehaviour) {
        Setup setup = setup(Cloud.IBM_CLOUD, false);
        setup.cloud().emulator().misbehave(misbehaviour);

        IamAnswer answer = setup.request(new Grant.ApiKey(PROD_KEY, null, true));

        assertThat(access(answer).life()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @EnumSource(value = Misbehaviour.class, names = "BXNIM.*", mode = EnumSource.Mode.MATCH_ANY)
    void request_everyCode_hasItsClass(Misbehaviour code) {
        Setup setup = setup(Cloud.IBM_CLOUD, false);
        setup.cloud().emulator().misbehave(code);

        IamFailure failure = setup.failure(new Grant.ApiKey(PROD_KEY, null, false));

        boolean isOurs = List.of("BXNIM0106E", "BXNIM0109E", "BXNIM0308E").contains(code.name());
        assertThat(failure).isInstanceOf(isOurs ? IamFailure.GiveUp.class : IamFailure.Reauthenticate.class);
        assertThat(failure.iamCode()).isEqualTo(code.name());
    }

    @Test
    void request_noTokensAtAll_retries() {
        Setup setup = setup(Cloud.IBM_CLOUD, false);
        setup.cloud().emulator().misbehave(Misbehaviour.NO_TOKENS);

        assertThat(setup.failure(new Grant.ApiKey(PROD_KEY, null, false))).isInstanceOf(IamFailure.Retry.class);
    }

    @Test
    void request_connectionRefused_retriesAndWorksOnceItIsBack() {
        Setup setup = setup(Cloud.IBM_CLOUD, false);
        Grant grant = new Grant.ApiKey(PROD_KEY, null, false);
        setup.cloud().emulator().stop();
        IamFailure failure;
        try {
            failure = setup.failure(grant);
        } finally {
            setup.cloud().emulator().start();
        }

        assertThat(failure).isInstanceOf(IamFailure.Retry.class).hasMessageContaining("refused the connection");
        assertThat(setup.request(grant).access()).isNotNull();
    }

    @Test
    void request_certificateOfAStranger_isNotTrusted() {
        Emulator emulator = setup(Cloud.IBM_CLOUD, false).cloud().emulator();
        URI stranger = URI.create(emulator.listenTls(/* trusted= */ false, ServerName.LOOPBACK));
        try (Wire wire = Wire.to(stranger, DEADLINE)) {
            assertThatThrownBy(() -> wire.iam.request(wire.account, new Grant.ApiKey(PROD_KEY, null, false)))
                    .isInstanceOf(IamFailure.Retry.class)
                    .hasMessageContaining("endpoints.ca-file")
                    .hasMessageNotContaining(EmulatedCloud.PROD_API_KEY);
        }
        assertThat(emulator.requests()).isEmpty();
    }

    private static Secret boundAccess(Setup setup) {
        return Secret.of(setup.cloud()
                .emulator()
                .issueAccessToken(setup.cloud().user(), setup.cloud().prod()));
    }

    private static Secret refresh(Setup setup) {
        return Secret.of(setup.cloud()
                .emulator()
                .issueRefreshToken(setup.cloud().user(), setup.cloud().prod()));
    }

    private static void assertKubeToken(IamAnswer answer) {
        Claims claims = claims(present(answer.id()));
        assertThat(claims.audience()).containsExactly("kube");
        assertThat(claims.kubeAccounts()).containsExactly(PROD);
    }

    private static IssuedToken access(IamAnswer answer) {
        return present(answer.access());
    }

    private static Claims claims(IssuedToken token) {
        return present(token.claims());
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("expected a value");
        }
        return value;
    }
}
