package dev.iambroker.server.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class DescriptorsTest {
    private static final int O_NONBLOCK = 04000;

    @Test
    void unblock_descriptorThatBlocks_doesNotAnyMore() throws Exception {
        Epoll.ensureAvailability();
        FileDescriptor file = FileDescriptor.from("/dev/null");
        try {
            int before = Descriptors.flags(file.intValue());
            assertThat(before & O_NONBLOCK).isZero();
            Descriptors.unblock(file.intValue());
            assertThat(Descriptors.flags(file.intValue())).isEqualTo(before | O_NONBLOCK);
            Descriptors.unblock(file.intValue());
            assertThat(Descriptors.flags(file.intValue())).isEqualTo(before | O_NONBLOCK);
        } finally {
            file.close();
        }
    }

    @Test
    void unblock_closedDescriptor_refused() {
        assertThatThrownBy(() -> Descriptors.unblock(100_000)).isInstanceOf(IOException.class);
    }
}
