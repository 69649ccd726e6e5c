package dev.iambroker.it.soak;

import dev.iambroker.it.harness.UnixHttp;
import dev.iambroker.it.soak.Judge.Question;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Asks for tokens of accounts at random until it is told to end; now and then it leaves before the answer. Confined to a thread. */
final class SoakClient {
    private static final int LONGEST_PAUSE_MILLIS = 250;
    private static final double LEAVES = 0.05;
    private static final double WANTS_KUBE = 0.2;
    /** What it asks for: the default, any life at all, a fifth of one. */
    private static final List<String> MIN_TTLS = List.of("", "&min_ttl=0", "&min_ttl=5");

    private final UnixHttp http;
    private final List<SoakAccount> accounts;
    private final Judge judge;
    private final Books books;
    private final Random random;

    SoakClient(UnixHttp http, List<SoakAccount> accounts, Judge judge, Books books, long seed) {
        this.http = http;
        this.accounts = accounts;
        this.judge = judge;
        this.books = books;
        this.random = new Random(seed);
    }

    void run(BooleanSupplier isOver) throws InterruptedException {
        while (!isOver.getAsBoolean()) {
            askOnce();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
        }
    }

    private void askOnce() {
        SoakAccount account = accounts.get(random.nextInt(accounts.size()));
        String kind = random.nextDouble() < WANTS_KUBE ? "kube" : "access";
        Duration wait = Duration.ofSeconds(1 + random.nextInt(3));
        String target = "/v1/accounts/%s/token?kind=%s&wait=%d%s"
                .formatted(account.alias(), kind, wait.toSeconds(), MIN_TTLS.get(random.nextInt(MIN_TTLS.size())));
        boolean leaves = random.nextDouble() < LEAVES;
        Question question = judge.ask(account, kind, wait);
        try {
            if (leaves) {
                http.askAndLeave(target);
                books.disconnected();
            } else {
                judge.judge(question, http.get(target));
            }
        } catch (IOException e) {
            judge.broken(question, e);
        }
    }
}
