package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches, as kube-apiserver serves them. */
final class WatchTest {
    private static final String WATCH = "/api/v1/namespaces?watch=true";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    private final ManualClock clock = new ManualClock();
    private final EmulatedCloud cloud =
            EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).clock(clock));
    private final EmulatedCluster cluster = cloud.prodVpc();
    private final String token = cloud.emulator().issueIdToken(cloud.user(), cloud.prod());
    private HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void open() throws Exception {
        http = KubeApiTest.trusting(cluster.caPem());
    }

    @AfterEach
    void close() {
        cloud.close();
        http.close();
    }

    private HttpResponse<InputStream> get(String target, String accept) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(cluster.url() + target))
                .header("Authorization", "Bearer " + token)
                .header("Accept", accept)
                .timeout(Caller.PATIENCE)
                .build();
        return http.send(request, BodyHandlers.ofInputStream());
    }

    private BufferedReader watch(String more) throws Exception {
        HttpResponse<InputStream> answer = get(WATCH + more, "application/json");
        assertThat(answer.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    @Test
    void change_reachesTheWatchersAtOnce() throws Exception {
        try (BufferedReader events = watch("&resourceVersion=3")) {
            cluster.objects().addNamespace("late");
            assertThat(events.readLine()).startsWith("{\"type\":\"ADDED\"").contains("\"late\"");
            cluster.objects().removeNamespace("late");
            assertThat(events.readLine()).startsWith("{\"type\":\"DELETED\"").contains("\"resourceVersion\":\"5\"");
        }
    }

    @Test
    void withoutVersion_whatIsThereComesFirst() throws Exception {
        try (BufferedReader events = watch("&timeoutSeconds=1")) {
            assertThat(events.lines()).hasSize(2).allMatch(line -> line.startsWith("{\"type\":\"ADDED\""));
        }
    }

    @Test
    void timeoutSeconds_endsItWithABookmarkForThoseWhoAsk() throws Exception {
        try (BufferedReader events = watch("&resourceVersion=3&timeoutSeconds=1&allowWatchBookmarks=true")) {
            assertThat(events.lines()).singleElement().asString().contains("BOOKMARK", "\"resourceVersion\":\"3\"");
        }
        try (BufferedReader events = watch("&resourceVersion=3&timeoutSeconds=1")) {
            assertThat(events.lines()).isEmpty();
        }
    }

    @Test
    void initialEvents_endWithAMarkedBookmark() throws Exception {
        String more = "&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
        try (BufferedReader events = watch(more)) {
            events.readLine();
            events.readLine();
            assertThat(events.readLine()).contains("BOOKMARK", "\"k8s.io/initial-events-end\":\"true\"");
        }
    }

    @Test
    void fieldSelectorAndNamespace_leaveTheOthersOut() throws Exception {
        cluster.objects().putPod("default", "one", "Running");
        cluster.objects().putPod("kube-system", "two", "Running");
        assertThat(text("/api/v1/namespaces/default/pods")).contains("\"one\"").doesNotContain("\"two\"");
        assertThat(text("/api/v1/pods?fieldSelector=metadata.name%3Dtwo"))
                .contains("\"two\"")
                .doesNotContain("\"one\"");
        assertThat(text("/api/v1/namespaces/default/pods/one")).contains("\"phase\":\"Running\"");
        assertThat(text("/api/v1/namespaces/default/pods/two")).contains("NotFound");
    }

    @Test
    void tableIsAskedFor_eventsAreTables() throws Exception {
        HttpResponse<InputStream> answer = get(WATCH + "&timeoutSeconds=1", TABLE);
        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                .contains("\"kind\":\"Table\"", "\"cells\":[\"default\",\"Active\",\"1d\"]");
    }

    @Test
    void tokenEnds_watchGoesOnAndTheNextIsRefused() throws Exception {
        cluster.objects().watchLife(Duration.ofMinutes(1));
        try (BufferedReader events = watch("&resourceVersion=3")) {
            clock.advance(Duration.ofHours(2));
            cluster.objects().addNamespace("late");
            assertThat(events.readLine()).contains("\"late\"");
            assertThat(get(WATCH, "application/json").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void setLife_endsWatchesThatAskedForMore() throws Exception {
        cluster.objects().watchLife(Duration.ofMillis(50));
        try (BufferedReader events = watch("&resourceVersion=3&timeoutSeconds=3600")) {
            assertThat(events.readLine()).isNull();
        }
    }

    @Test
    void malformedNumber_isRefused() throws Exception {
        assertThat(get(WATCH + "&resourceVersion=x", "application/json").statusCode())
                .isEqualTo(400);
    }

    @Test
    void clusterStops_watchEnds() throws Exception {
        try (BufferedReader events = watch("&resourceVersion=3")) {
            cluster.stop();
            assertThat(ends(events)).isTrue();
        }
    }

    private static boolean ends(BufferedReader events) {
        try {
            return events.readLine() == null;
        } catch (IOException cutOff) {
            return true;
        }
    }

    private String text(String target) throws Exception {
        return new String(get(target, "application/json").body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
