package dev.iambroker.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SecretMemoryTest {
    private final SecretMemory memory = new SecretMemory();

    /** Reads past the block's end of life, as an attacker with the process's memory would. */
    private static byte[] raw(Block block) {
        byte[] bytes = new byte[block.length()];
        block.region().memory().get(block.offset(), bytes);
        return bytes;
    }

    @Test
    void run_block_leavesZerosWhereItsBytesWere() {
        Block neighbour = memory.hold("neighbour".getBytes(UTF_8));
        Block block = memory.hold("x".repeat(10_000).getBytes(UTF_8));
        assertThat(raw(block)).containsOnly('x');

        block.run();

        assertThat(raw(block)).containsOnly(0);
        assertThat(neighbour.copy()).isEqualTo("neighbour".getBytes(UTF_8));
    }

    @Test
    void cleaner_ownerUnreachable_leavesZeros() {
        Block block = memory.hold("dropped-with-its-owner".getBytes(UTF_8));
        registered(block);
        while (raw(block)[0] != 0) {
            System.gc();
        }
        assertThat(raw(block)).containsOnly(0);
    }

    private static void registered(Block block) {
        SecretMemory.whenUnreachable(new Object(), block);
    }

    @Test
    void hold_asMuchAsARegionHas_takesNoSecondOne() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < Region.BYTES / Region.UNIT; i++) {
            blocks.add(memory.hold(new byte[Region.UNIT]));
        }
        assertThat(memory.regionCount()).isEqualTo(1);
        memory.hold(new byte[1]);
        assertThat(memory.regionCount()).isEqualTo(2);

        blocks.forEach(Block::run);
        memory.hold(new byte[Region.BYTES]);
        assertThat(memory.regionCount()).isEqualTo(2);
    }

    @Test
    void hold_moreThanARegion_getsOneOfItsOwn() {
        byte[] large = new byte[3 * Region.BYTES + 1];
        Arrays.fill(large, (byte) 7);
        assertThat(memory.hold(large).copy()).isEqualTo(large);
    }

    @Test
    void protectAll_regionsBeforeAndAfter_areProtectedBeforeTheyHoldAnything() {
        memory.hold("early".getBytes(UTF_8));
        List<String> seen = new ArrayList<>();
        memory.protectAll(region -> seen.add(region.capacity() + " " + firstByte(region)));
        memory.hold(new byte[Region.BYTES]);

        assertThat(seen).containsExactly(Region.BYTES + " " + (int) 'e', Region.BYTES + " 0");
    }

    private static int firstByte(ByteBuffer region) {
        assertThat(region.isDirect()).isTrue();
        assertThat(region.alignmentOffset(0, 4096)).isZero();
        return region.get(0);
    }

    /** Against the naive model: whatever is held is what went in, however the places are taken and given back. */
    @Test
    void holdAndRun_atRandom_nobodyTouchesAnothersBytes() {
        Random random = new Random(41);
        Map<Block, byte[]> held = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(100) < 52) {
                byte[] bytes = new byte[random.nextInt(3_000)];
                random.nextBytes(bytes);
                held.put(memory.hold(bytes), bytes);
            } else if (!held.isEmpty()) {
                Block block = held.keySet().iterator().next();
                assertThat(block.copy()).isEqualTo(held.remove(block));
                block.run();
                assertThat(raw(block)).as("wiped").isEqualTo(new byte[block.length()]);
            }
        }
        held.forEach((block, bytes) -> assertThat(block.copy()).isEqualTo(bytes));
    }

    /** What a lock does while answers are written: a reader gets all of its own secret, or is refused. */
    @Test
    void wipe_besideReaders_noneGetsAnothersBytes() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 2_000; round++) {
                Block mine = memory.hold("m".repeat(1_500).getBytes(UTF_8));
                AtomicBoolean begun = new AtomicBoolean();
                Future<Boolean> reader = threads.submit(() -> readsItselfAlone(mine, begun));
                while (!begun.get()) {
                    Thread.onSpinWait();
                }
                mine.run();
                Block others = memory.hold("o".repeat(1_500).getBytes(UTF_8));
                assertThat(reader.get()).isTrue();
                others.run();
            }
        }
    }

    private static boolean readsItselfAlone(Block block, AtomicBoolean begun) {
        try {
            while (true) {
                for (byte read : block.copy()) {
                    if (read != 'm') {
                        return false;
                    }
                }
                begun.set(true);
            }
        } catch (SecretWiped told) {
            return true;
        }
    }
}
