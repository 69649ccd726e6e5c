package dev.iambroker.server.store;

import dev.iambroker.account.AccountName;
import dev.iambroker.store.StoredSession;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Nothing is a session but what was sealed, and what was sealed is one or is named damaged. The input is taken as a
 * file, as changes to an authentic file, and as what an older or newer broker sealed.
 */
public final class SessionFileFuzz {
    private static final AccountName PROD = new AccountName("prod");
    private static final AccountName OTHER = new AccountName("other");
    private static final SealedSession SEALED = new SealedSession(
            new SecretKeySpec(new byte[AesGcm.KEY_BYTES], AesGcm.ALGORITHM), null, new SecureRandom());
    private static final byte[] AUTHENTIC =
            SEALED.seal(PROD, SessionJson.write(Sessions.withRefreshToken("rt"), "1:2"));

    private SessionFileFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (opened(PROD, data) != null || opened(OTHER, AUTHENTIC) != null) {
            throw new AssertionError("opened what nobody sealed");
        }
        byte[] changed = changed(data);
        if ((opened(PROD, changed) != null) != Arrays.equals(changed, AUTHENTIC)) {
            throw new AssertionError("an authentic file is one that was not changed");
        }
        readAuthentic(data);
    }

    private static byte @Nullable [] opened(AccountName account, byte[] file) {
        try {
            return SEALED.open(account, file);
        } catch (Damaged e) {
            return null;
        }
    }

    /** Each pair of bytes changes one byte; a last one cuts off the end. */
    private static byte[] changed(byte[] data) {
        byte[] file = AUTHENTIC.clone();
        for (int i = 0; i + 1 < data.length; i += 2) {
            int at = (data[i] & 0xff) % file.length;
            file[at] ^= data[i + 1];
        }
        boolean cuts = data.length % 2 == 1;
        return cuts ? Arrays.copyOf(file, (data[data.length - 1] & 0xff) % (file.length + 1)) : file;
    }

    private static void readAuthentic(byte[] data) {
        try {
            SessionJson.Found found = SessionJson.read(data);
            StoredSession again =
                    SessionJson.read(SessionJson.write(found.session(), "1:2")).session();
            if (!Sessions.clear(again).equals(Sessions.clear(found.session()))) {
                throw new AssertionError("another session after it was written");
            }
        } catch (Damaged e) {
            checkWords(e, data);
        }
    }

    private static void checkWords(Damaged damaged, byte[] data) {
        String words = String.valueOf(damaged.getMessage());
        for (String word : new String(data, StandardCharsets.ISO_8859_1).split("[^A-Za-z0-9_]+", -1)) {
            if (word.length() > 20 && words.contains(word) && !word.equals("refresh_token_expires_at")) {
                throw new AssertionError("the damage repeats what is stored: " + words);
            }
        }
    }
}
