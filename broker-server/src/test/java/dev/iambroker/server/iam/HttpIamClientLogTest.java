package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.iambroker.account.Cloud;
import dev.iambroker.iam.Grant;
import dev.iambroker.secret.Secret;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class HttpIamClientLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(HttpIamClient.class.getPackageName());
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.TRACE);
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
    }

    @Test
    void request_answered_logsLabelHostAndStatusAndNoToken() {
        String body = "{\"access_token\":\"canary-access\",\"refresh_token\":\"canary-refresh\",\"expires_in\":60}";
        try (RawServer server = new RawServer().thenAnswer(200, body, "Transaction-Id: tx-1");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            wire.iam.request(wire.account, new Grant.ApiKey(Secret.of("canary-key"), null, true));

            assertThat(lines())
                    .containsExactly("IAM grant=apikey host=" + server.authority()
                            + " status=200 code=null ms=0 transaction=tx-1 request=null");
        }
    }

    @Test
    void request_refusedByOneWhoEchoes_logsCodeAndRequestWithoutTheSecret() {
        String body = """
                {"errorCode":"BXNIM0415E","errorMessage":"canary-key","context":{"requestId":"r canary-key"}}""";
        try (RawServer server = new RawServer().thenAnswer(400, body, "Transaction-Id: canary-key");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            Throwable failure = catchThrowable(
                    () -> wire.iam.request(wire.account, new Grant.ApiKey(Secret.of("canary-key"), null, true)));

            assertThat(failure).hasMessageNotContaining("canary");
            assertThat(lines())
                    .containsExactly("IAM grant=apikey host=" + server.authority()
                            + " status=400 code=BXNIM0415E ms=0 transaction=[removed] request=r [removed]");
        }
    }

    private List<String> lines() {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
