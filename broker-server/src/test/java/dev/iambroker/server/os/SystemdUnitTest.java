package dev.iambroker.server.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SystemdUnitTest {
    @ParameterizedTest
    @CsvSource({
        "/system.slice/build.service, build.service",
        "/system.slice/system-getty.slice/getty@tty1.service, getty@tty1.service",
        "/system.slice/docker-0a1b2c.scope, docker-0a1b2c.scope",
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-ff.scope,"
                + " cri-containerd-ff.scope",
        "/init.scope, init.scope",
        "/system.slice/_cpu.service, cpu.service",
        "/user.slice/user-1000.slice/session-3.scope, session-3.scope",
        // Below its own manager a user names groups as it likes.
        "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service, user@1000.service",
        "/user.slice/user-1000.slice/user@1000.service/system.slice/build.service, user@1000.service",
        "/user.slice/user-1000.slice/user@1000.service/build.service, user@1000.service",
        // So does a service below its own unit.
        "/system.slice/docker.service/build.service, docker.service",
        "/system.slice/docker-0a1b2c.scope/system.slice/build.service, docker-0a1b2c.scope",
        // A group that is no unit ends the search: whoever owns it makes those below.
        "/handed-out/build.service,",
        "/handed-out/system.slice/build.service,",
        "/system.slice,",
        "/,",
        "/../system.slice/build.service,",
        "/system.slice/build.service (deleted),",
        "/system.slice/.service,",
        "/system.slice/a b.service,",
        "'',"
    })
    void of_controlGroup_isTheOutermostThatIsNoSlice(String cgroup, @Nullable String unit) {
        assertThat(SystemdUnit.of(cgroup)).isEqualTo(unit);
    }
}
