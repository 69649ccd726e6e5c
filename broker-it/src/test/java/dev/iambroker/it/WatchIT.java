package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.harness.Workplace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Clients that wait for the next token in place of asking for it again and again. */
final class WatchIT {
    private static final Duration LIFE = Duration.ofSeconds(12);
    private static final int WATCHERS = 32;
    private static final String WATCH = "/v1/accounts/prod/watch";
    private static final Pattern ETAG = Pattern.compile("(?m)^ETag: \"([^\"]+)\"\r?$");

    @Test
    void watchers_whoKnowTheToken_haveTheNextByOneRenewal() throws Exception {
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            cloud.emulator().settings().accessTokenLife(LIFE);
            place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
            place.configure(cloud.emulator(), """
                    accounts:
                      prod: { api-key: { file: prod-key }, account-id: %s }
                    """.formatted(EmulatedCloud.PROD_ACCOUNT));
            try (Daemon daemon = place.serve()) {
                assertThat(daemon.isAlive()).isTrue();
                Answer first = freshToken(place.http());
                Answer none = place.http().get(WATCH + "?after=" + etag(first) + "&wait=1");
                assertThat(none.status()).as(none.body()).isEqualTo(204);
                assertThat(none.body()).isEmpty();

                long renewals = cloud.emulator().count(GrantKind.API_KEY);
                List<Answer> answers = watch(place.http(), WATCH + "?after=%22" + etag(first) + "%22&wait=60");
                assertThat(answers).hasSize(WATCHERS).allMatch(answer -> answer.status() == 200);
                assertThat(answers.stream().map(answer -> answer.text("access_token")))
                        .doesNotContain(first.text("access_token"))
                        .containsOnly(answers.getFirst().text("access_token"));
                assertThat(cloud.emulator().count(GrantKind.API_KEY) - renewals).isEqualTo(1);
                assertThat(place.http().get("/v1/accounts/nosuch/watch").status())
                        .isEqualTo(404);
            }
            assertThat(cloud.emulator().departures()).isEmpty();
        }
    }

    /** One that was renewed a moment ago: the next renewal is seconds away. */
    private static Answer freshToken(UnixHttp http) throws Exception {
        Answer known = http.get(WATCH);
        assertThat(known.status()).as(known.body()).isEqualTo(200);
        return http.get(WATCH + "?after=" + etag(known) + "&wait=60");
    }

    private static String etag(Answer answer) {
        Matcher matcher = ETAG.matcher(answer.head());
        assertThat(matcher.find()).as(answer.head()).isTrue();
        return matcher.group(1);
    }

    private static List<Answer> watch(UnixHttp http, String target) throws Exception {
        List<Answer> answers = new ArrayList<>();
        try (ExecutorService watchers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> asked = new ArrayList<>();
            for (int i = 0; i < WATCHERS; i++) {
                asked.add(watchers.submit(() -> http.get(target)));
            }
            for (Future<Answer> each : asked) {
                answers.add(each.get());
            }
        }
        return answers;
    }
}
