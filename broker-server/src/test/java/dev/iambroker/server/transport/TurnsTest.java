package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

// What is scheduled runs as the test says.
@SuppressWarnings("FutureReturnValueIgnored")
final class TurnsTest {
    private static final int FLOODING = 7;
    private static final int OTHER = 8;

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final Turns turns = new Turns();
    private final List<String> taken = new ArrayList<>();

    @AfterEach
    void end() {
        loop.finish();
    }

    /** Goes on until nothing of it is left. */
    private final class Work implements Turns.Turn {
        private final String name;
        private final Turns.Line line;
        private int left;

        Work(String name, Turns.Line line, int left) {
            this.name = name;
            this.line = line;
            this.left = left;
        }

        @Override
        public int take() {
            taken.add(name);
            left--;
            if (left > 0) {
                line.add(this, loop.eventLoop());
            }
            return Conversation.TURN;
        }
    }

    private void runAll() {
        for (int i = 0; i < 500; i++) {
            loop.runPendingTasks();
        }
    }

    private Turns.Line wait(int user, String name, int turnsWanted) {
        Turns.Line line = turns.join(user);
        line.add(new Work(name, line, turnsWanted), loop.eventLoop());
        return line;
    }

    @Test
    void stepsUsedUp_thatUserWaits_anotherDoesNot() {
        Turns.Line flooding = turns.join(FLOODING);
        for (int i = 0; i < Turns.STEPS; i++) {
            assertThat(flooding.isFree()).isTrue();
            flooding.spend(1);
        }

        assertThat(flooding.isFree()).isFalse();
        assertThat(turns.join(FLOODING)).isSameAs(flooding);
        assertThat(turns.join(OTHER).isFree()).isTrue();
    }

    /** What a user did before the loop looked at its sockets says nothing of what it does now. */
    @Test
    void stepsUsedUp_loopLooksAtItsSockets_mayGoOn() {
        Turns.Line line = turns.join(FLOODING);
        line.spend(Turns.STEPS);
        assertThat(line.isFree()).isFalse();

        turns.look();

        assertThat(line.isFree()).isTrue();
    }

    @Test
    void inLine_loopLooksAtItsSockets_waitsAllTheSame() {
        Turns.Line line = wait(FLOODING, "a", 1);
        turns.look();
        assertThat(line.isFree()).isFalse();
        runAll();
        assertThat(taken).containsExactly("a");
    }

    @Test
    void turnsTaken_everybodyMayGoOnAgain() {
        Turns.Line line = turns.join(FLOODING);
        line.spend(Turns.STEPS);
        line.add(new Work("a", line, 1), loop.eventLoop());
        loop.runScheduledPendingTasks();

        assertThat(taken).containsExactly("a");
        assertThat(line.isFree()).isTrue();
    }

    @Test
    void oneOfAUserWaits_theNextOfThatUserWaitsBehindIt() {
        Turns.Line line = wait(FLOODING, "a", 1);

        assertThat(line.isFree()).isFalse();
    }

    @Test
    void manyOfOneUserWait_oneOfAnother_isSecond() {
        for (int i = 0; i < 100; i++) {
            wait(FLOODING, "flood", 10);
        }
        wait(OTHER, "other", 2);
        runAll();

        assertThat(taken).startsWith("flood", "other", "flood", "other").hasSize(1002);
    }

    /** The others' sockets are looked at in between. */
    @SuppressWarnings("FutureReturnValueIgnored")
    @Test
    void manyWait_onlySomeAtOnce() {
        for (int i = 0; i < 100; i++) {
            wait(FLOODING, "flood", 1);
        }
        loop.eventLoop().execute(() -> loop.eventLoop().schedule(() -> taken.add("socket"), 0, TimeUnit.NANOSECONDS));
        runAll();

        assertThat(taken.indexOf("socket")).isBetween(1, Turns.STEPS / Conversation.TURN);
        assertThat(taken).hasSize(101);
    }

    @Test
    void turnFails_theOthersHaveTheirs() {
        Turns.Line failing = turns.join(FLOODING);
        failing.add(
                () -> {
                    throw new IllegalStateException("failed");
                },
                loop.eventLoop());
        wait(OTHER, "other", 1);
        runAll();

        assertThat(taken).containsExactly("other");
    }

    @Test
    void last_leaves_nothingIsKeptOfThatUser() {
        Turns.Line line = turns.join(FLOODING);
        turns.join(FLOODING).leave();
        line.leave();

        assertThat(turns.join(FLOODING)).isNotSameAs(line);
    }
}
