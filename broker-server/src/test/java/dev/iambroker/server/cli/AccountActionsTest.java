package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AccountActionsTest {
    private static final String PROD = """
            {"name":"prod","state":"valid","login":"api-key","tokens":\
            {"access":{"expires_at":"2026-03-01T13:00:00Z","refresh_at":"2026-03-01T12:30:00Z"}}}""";

    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        cli = Cli.on(daemon);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "refresh | account \"prod\" is renewed, its access token ends in 60 min",
                "purge   | account \"prod\" has no cached tokens now; its login is kept",
                "logout  | account \"prod\" is logged out: 'iam-broker login prod' logs it in again"
            })
    void action_done_saidInASentence(String verb, String sentence) {
        daemon.answer("POST /v1/accounts/prod/" + verb, 200, PROD);

        assertThat(cli.run(verb, "prod")).isEqualTo(new Cli.Result(0, sentence + "\n", ""));
        assertThat(daemon.asked().getLast().body()).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource({"refresh", "purge", "logout"})
    void action_json_daemonsShape(String verb) {
        daemon.answer("POST /v1/accounts/prod/" + verb, 200, PROD);

        var out = cli.run(verb, "prod", "--output=json").out();

        assertThat(Json.MAPPER.readTree(out)).isEqualTo(Cli.versioned(PROD));
    }

    @Test
    void refresh_refused_saysItInTheDaemonsWordsAndTheCommandOnce() {
        daemon.answer(
                "POST /v1/accounts/prod/refresh",
                409,
                "{\"detail\":\"account is logged out: run 'iam-broker login prod'\",\"hint\":\"iam-broker login prod\"}");

        assertThat(cli.run("refresh", "prod").err())
                .isEqualTo("iam-broker: account is logged out: run 'iam-broker login prod'\n");
    }

    @Test
    void accounts_table() {
        daemon.answer(
                "GET /v1/accounts/prod/ibm-accounts",
                200,
                "{\"accounts\":[{\"id\":\"0123\",\"name\":\"Acme's \\u001baccount\",\"state\":\"ACTIVE\"}]}");

        assertThat(cli.run("accounts", "prod").out())
                .isEqualTo("ID    NAME             STATE\n0123  Acme's  account  ACTIVE\n");
    }

    private void haveIbmAccounts() {
        daemon.answer("GET /v1/accounts/prod/ibm-accounts", 200, """
                {"accounts":[{"id":"0123","name":"Acme","state":"ACTIVE"},{"id":"4567","name":"Twin","state":"ACTIVE"},
                 {"id":"89ab","name":"Twin","state":"ACTIVE"}]}""");
    }

    private void stands(String login, String loginOf, String accountId) {
        daemon.answer(
                "GET /v1/accounts/prod",
                200,
                "{\"name\":\"prod\",\"state\":\"valid\",\"login\":\"%s\",\"login_of\":\"%s\",\"account_id\":%s}"
                        .formatted(login, loginOf, accountId));
    }

    @ParameterizedTest
    @CsvSource({"89ab, 89ab, prod", "89AB, 89ab, prod", "Acme, 0123, prod", "Acme, 0123, dev"})
    void accounts_oneOfThem_tellsTheLineOfTheConfiguration(String chosen, String id, String owner) {
        haveIbmAccounts();
        stands("passcode", owner, "\"4567\"");

        assertThat(cli.run("accounts", "prod", chosen).out()).isEqualTo("""
                in the configuration, under accounts.prod:
                  account-id: %s
                or, to reach it beside that one through the same login, under accounts:
                  ALIAS: { login: %s, account-id: %s }
                """.formatted(id, owner, id));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "api-key         | an API key belongs to one account: give ALIAS that account's own key, under accounts:"
                        + " | { api-key: { file: FILE }, account-id: 0123 }",
                "trusted-profile | a trusted profile belongs to one account: give ALIAS one of that account, under accounts:"
                        + " | { trusted-profile: { profile-name: NAME, cr-token-file: FILE }, account-id: 0123 }"
            })
    void accounts_oneOfThem_loginGoodForOneAccount_isNotShared(String login, String sentence, String line) {
        haveIbmAccounts();
        stands(login, "prod", "\"4567\"");

        assertThat(cli.run("accounts", "prod", "Acme").out()).isEqualTo(sentence + "\n  ALIAS: " + line + "\n");
    }

    @Test
    void accounts_oneOfThem_keyBoundToNone_tellsItsAccountId() {
        haveIbmAccounts();
        stands("api-key", "prod", "null");

        assertThat(cli.run("accounts", "prod", "Acme").out()).isEqualTo("""
                in the configuration, under accounts.prod, if that is the account of its key:
                  account-id: 0123
                otherwise, an API key belongs to one account: give ALIAS that account's own key, under accounts:
                  ALIAS: { api-key: { file: FILE }, account-id: 0123 }
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"89ab", "89AB"})
    void accounts_oneOfThem_theConfiguredOne_saysSo(String chosen) {
        haveIbmAccounts();
        stands("passcode", "prod", "\"89AB\"");

        assertThat(cli.run("accounts", "prod", chosen).out())
                .isEqualTo("account \"prod\" is this one already: its account-id is 89ab\n");
    }

    @Test
    void accounts_noneOrSeveralOfThatName_saysSo() {
        haveIbmAccounts();

        var none = cli.run("accounts", "prod", "Nobody");
        assertThat(none.code()).isEqualTo(7);
        assertThat(none.err()).contains("reaches no IBM Cloud account").contains("'iam-broker accounts prod'");
        var several = cli.run("accounts", "prod", "Twin");
        assertThat(several.code()).isEqualTo(2);
        assertThat(several.err()).contains("use one of the IDs 4567, 89ab");
    }

    @Test
    void clusters_table() {
        daemon.answer(
                "GET /v1/accounts/prod/clusters",
                200,
                "{\"clusters\":[{\"id\":\"c1\",\"name\":\"build\",\"type\":\"kubernetes\",\"provider\":\"vpc-gen2\",\"region\":\"us-south\","
                        + "\"state\":\"normal\",\"version\":\"1.33.1\",\"public_url\":\"https://x\",\"private_url\":null}]}");

        assertThat(cli.run("clusters", "prod").out()).isEqualTo("""
                        NAME   ID  TYPE        STATE   VERSION  REGION
                        build  c1  kubernetes  normal  1.33.1   us-south
                        """);
    }

    @Test
    void clusters_refresh_askedForNow() {
        daemon.answer("GET /v1/accounts/prod/clusters?refresh=true", 200, "{\"clusters\":[]}");

        assertThat(cli.run("clusters", "prod", "--refresh").out()).isEqualTo("no clusters\n");
    }

    @Test
    void clusters_none_saysSo() {
        daemon.answer("GET /v1/accounts/prod/clusters", 200, "{\"clusters\":[]}");

        assertThat(cli.run("clusters", "prod").out()).isEqualTo("no clusters\n");
    }

    @Test
    void kubeCredential_wishOfKubectl_sentAsItIsAndAnswerPrinted() {
        var wish = "{\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}";
        cli.environment.put("KUBERNETES_EXEC_INFO", wish);
        daemon.answer(
                "POST /v1/kube-credential?account=prod&cluster=c1&wait=5", 200, "{\"kind\":\"ExecCredential\"}\n");

        var result = cli.run("kube-credential", "--account", "prod", "--cluster", "c1", "--wait", "5s");

        assertThat(result).isEqualTo(new Cli.Result(0, "{\"kind\":\"ExecCredential\"}\n", ""));
        assertThat(daemon.asked().getLast().body()).isEqualTo(wish);
    }

    @Test
    void kubeCredential_noWish_emptyBody() {
        daemon.answer("POST /v1/kube-credential?account=prod", 200, "{}");

        assertThat(cli.run("kube-credential", "--account", "prod").code()).isZero();
        assertThat(daemon.asked().getLast().headers()).contains("Content-Length: 0");
    }
}
