package dev.iambroker.it.soak;

import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.HandedToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells right answers from wrong ones, by the clock of the machine, which is IAM's, and by what was handed out before. Thread-safe. */
final class Judge {
    /** {@code exp} is in whole seconds. */
    private static final Duration ROUNDING = Duration.ofSeconds(1);

    /** A token that had this much above the floor when the answer came was there to be given. */
    private static final Duration MARGIN = Duration.ofSeconds(3);
    /** Beyond a caller's own wait, on a machine that does much else. */
    private static final Duration LATE = Duration.ofSeconds(4);

    private final World world;
    private final Books books;
    private final Duration floor;
    private final Set<Integer> refusals;
    private final Map<String, Witnessed> witnessed = new ConcurrentHashMap<>();

    private record Witnessed(Instant expiresAt, int era) {}

    /** A question, as it stood when it was asked. */
    record Question(
            SoakAccount account,
            String kind,
            Duration patience,
            Instant askedAt,
            int era,
            int disturbances,
            Instant knownUntil) {
        String what() {
            return account.alias() + " (" + account.kind() + ") " + kind;
        }
    }

    /**
     * @param life of a token
     * @param refusals the statuses that may be answered while no token is there
     */
    Judge(World world, Books books, Duration life, Set<Integer> refusals) {
        this.world = world;
        this.books = books;
        this.floor = life.dividedBy(10);
        this.refusals = refusals;
    }

    Question ask(SoakAccount account, String kind, Duration wait) {
        int era = world.era();
        Witnessed known = witnessed.get(account.alias() + kind);
        Instant until = known == null || known.era() != era ? Instant.MIN : known.expiresAt();
        return new Question(account, kind, wait, Instant.now(), era, world.disturbances(), until);
    }

    void judge(Question question, Answer answer) {
        Instant now = Instant.now();
        books.answered(answer.status());
        if (world.wasCalmSince(question.disturbances())
                && Duration.between(question.askedAt(), now)
                                .compareTo(question.patience().plus(LATE))
                        > 0) {
            books.wrong(question.what() + " was held for " + Duration.between(question.askedAt(), now));
        }
        if (answer.status() == 200) {
            judgeToken(question, answer);
        } else if (refusals.contains(answer.status())) {
            judgeRefusal(question, answer, now);
        } else {
            books.wrong(question.what() + ": " + answer.status() + " " + answer.body());
        }
    }

    private void judgeToken(Question question, Answer answer) {
        if (answer.text("access_token").isEmpty()) {
            books.wrong(question.what() + ": 200 without a token");
            return;
        }
        HandedToken token = HandedToken.in(answer);
        SoakAccount account = question.account();
        if (!token.isOf(account.accountId()) || !token.identity().equals(account.identity())) {
            books.wrong(question.what() + ": a token of " + token.identity() + " in " + token.account());
        }
        Duration left = Duration.between(question.askedAt(), token.expiresAt());
        if (left.plus(ROUNDING).compareTo(floor) < 0) {
            books.expired(question.what() + ": " + left + " left");
        }
        witnessed.merge(
                account.alias() + question.kind(),
                new Witnessed(token.expiresAt(), question.era()),
                (old, fresh) -> old.era() == fresh.era() && old.expiresAt().isAfter(fresh.expiresAt()) ? old : fresh);
    }

    private void judgeRefusal(Question question, Answer answer, Instant now) {
        boolean wasThere =
                world.era() == question.era() && now.plus(floor).plus(MARGIN).isBefore(question.knownUntil());
        if (wasThere) {
            books.wrong(question.what() + ": " + answer.status() + " although a token until " + question.knownUntil()
                    + " was there at " + now + ": " + answer.text("detail"));
        }
    }

    /** The connection broke, or nobody listened. */
    void broken(Question question, Exception failure) {
        if (world.wasCalmSince(question.disturbances())) {
            books.wrong(question.what() + ": " + failure);
        } else {
            books.unreached();
        }
    }
}
