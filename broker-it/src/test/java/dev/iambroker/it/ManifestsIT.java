package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Docker;
import dev.iambroker.it.harness.Manifest;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Pod;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** The manifests below {@code docker/}: each is what its API takes, and its containers do what it says, run as a kubelet runs them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ManifestsIT {
    private static final int GROUP = Docker.BROKER;

    private final EmulatedCloud cloud = SampleCloud.start();

    @BeforeAll
    void require() throws IOException, InterruptedException {
        Needs.root("to give volumes the owners that Kubernetes gives them");
        Docker.image();
    }

    @AfterAll
    void stop() {
        cloud.close();
    }

    @Test
    void documents_ofKubernetes_haveNoFieldThatItsApiDoesNotHave() throws Exception {
        Manifest job = Manifest.read("kubernetes/sidecar-job.yaml");
        assertThat(strict(job.ofKind("Job"), Job.class)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers())
                .hasSize(1);
        strict(job.ofKind("ConfigMap"), ConfigMap.class);
        Manifest node = Manifest.read("kubernetes/daemonset.yaml");
        assertThat(strict(node.ofKind("DaemonSet"), DaemonSet.class)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers())
                .hasSize(1);
        strict(node.ofKind("ConfigMap"), ConfigMap.class);
        assertThatThrownBy(() -> strict(Manifest.read("ci/tekton.yaml").ofKind("Task"), Job.class))
                .hasMessageContaining("Unrecognized field \"stepTemplate\"");
    }

    /** Its steps and sidecars are containers, its volumes a pod's. */
    @Test
    void document_ofTekton_hasNoFieldThatItsApiDoesNotHave() throws Exception {
        Manifest manifest = Manifest.read("ci/tekton.yaml");
        JsonNode task = manifest.ofKind("Task").path("spec");
        strict(manifest.ofKind("ConfigMap"), ConfigMap.class);
        assertThat(task.propertyNames())
                .isSubsetOf(
                        "displayName",
                        "description",
                        "params",
                        "results",
                        "sidecars",
                        "steps",
                        "stepTemplate",
                        "volumes",
                        "workspaces");
        strict(task.path("stepTemplate"), Container.class);
        for (String list : List.of("steps", "sidecars")) {
            assertThat(task.path(list)).isNotEmpty();
            for (JsonNode container : task.path(list)) {
                strict(container, Container.class);
            }
        }
        for (JsonNode volume : task.path("volumes")) {
            strict(volume, Volume.class);
        }
    }

    /** The models keep what they do not know unless told otherwise. */
    private static <T> T strict(JsonNode document, Class<T> model) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
            @Override
            public Boolean hasAnySetter(Annotated member) {
                return false;
            }
        });
        return mapper.readValue(document.toString(), model);
    }

    @Test
    void sidecarJob_asAPod_waitsServesAndEndsWithTheJob() throws Exception {
        Manifest manifest = Manifest.read("kubernetes/sidecar-job.yaml");
        JsonNode spec = manifest.ofKind("Job").path("spec").path("template").path("spec");
        JsonNode sidecar = spec.path("initContainers").path(0);
        try (Pod pod =
                new Pod("job", spec.path("securityContext").path("fsGroup").asInt())) {
            pod.mount(spec.path("volumes"), contents(configOf(manifest)));
            assertThat(sidecar.path("restartPolicy").asString()).isEqualTo("Always");
            pod.start(sidecar);

            Ran wait = pod.run(spec.path("initContainers").path(1));
            assertThat(wait.exitCode()).as(wait.all()).isZero();
            Ran job = pod.run(spec.path("containers").path(0));
            assertThat(job.out()).as(job.all()).startsWith("Authorization: Bearer ey");

            assertThat(pod.stop(sidecar)).isZero();
        }
    }

    @Test
    void daemonSet_onANode_servesPodsOfTheGroup() throws Exception {
        Manifest manifest = Manifest.read("kubernetes/daemonset.yaml");
        JsonNode spec =
                manifest.ofKind("DaemonSet").path("spec").path("template").path("spec");
        JsonNode broker = spec.path("containers").path(0);
        int port = LoopbackPort.free();
        String config = configOf(manifest).replace("0.0.0.0:9180", "127.0.0.1:" + port);
        try (Pod pod = new Pod("node", 0)) {
            pod.mount(spec.path("volumes"), contents(config));
            Ran folders = pod.run(spec.path("initContainers").path(0));
            assertThat(folders.exitCode()).as(folders.all()).isZero();
            pod.start(broker);

            assertThat(broker.path("readinessProbe").path("exec").isMissingNode())
                    .isFalse();
            pod.awaitProbe(broker, "readinessProbe");
            assertThat(status(
                            port,
                            broker.path("livenessProbe")
                                    .path("httpGet")
                                    .path("path")
                                    .asString()))
                    .isEqualTo(200);

            Ran client = Docker.run("--user=2000:2000", "--group-add=" + GROUP)
                    .with("--volume=" + pod.source("socket") + ":/run/iam-broker:ro", Docker.image(), "token", "prod")
                    .run();
            assertThat(client.out()).as(client.all()).startsWith("ey");
            Ran stranger = Docker.run("--user=2000:2000", "--volume=" + pod.source("socket") + ":/run/iam-broker:ro")
                    .with(Docker.image(), "token", "prod")
                    .run();
            assertThat(stranger.exitCode()).as(stranger.all()).isNotZero();
        }
    }

    private static int status(int port, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port + path);
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void tektonTask_asAPod_stepsGetATokenFromTheSidecar() throws Exception {
        Manifest manifest = Manifest.read("ci/tekton.yaml");
        JsonNode task = manifest.ofKind("Task").path("spec");
        JsonNode sidecar = task.path("sidecars").path(0);
        try (Pod pod = new Pod("task", 0)) {
            pod.mount(task.path("volumes"), contents(configOf(manifest)));
            pod.start(sidecar);
            for (JsonNode step : task.path("steps")) {
                Ran ran = pod.run(Manifest.overlaid(task.path("stepTemplate"), step));
                assertThat(ran.exitCode()).as(ran.all()).isZero();
                assertThat(ran.out())
                        .startsWith(step.path("name").asString().equals("wait") ? "" : "Authorization: Bearer ey");
            }
            assertThat(pod.stop(sidecar)).isZero();
        }
    }

    /** The configuration of a manifest, told where the emulated cloud is. */
    private String configOf(Manifest manifest) {
        return Workplace.endpoints(cloud.emulator())
                + manifest.ofKind("ConfigMap").path("data").path("broker.yaml").asString();
    }

    private static Map<String, Map<String, String>> contents(String config) {
        return Map.of(
                "config", Map.of("broker.yaml", config),
                "secret", Map.of("prod-api-key", EmulatedCloud.PROD_API_KEY));
    }
}
