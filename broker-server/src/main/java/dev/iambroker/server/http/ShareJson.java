package dev.iambroker.server.http;

import dev.iambroker.broker.ShareView;
import java.util.List;

/** Shares, as JSON. */
final class ShareJson {
    private ShareJson() {}

    static void write(List<ShareView> shares, JsonText json) {
        json.name("shares").beginArray();
        shares.forEach(share -> write(share, json));
        json.endArray();
    }

    static FullAnswer answer(List<ShareView> shares) {
        JsonText json = new JsonText().beginObject();
        write(shares, json);
        return FullAnswer.json(json.endObject());
    }

    static FullAnswer answer(ShareView share) {
        JsonText json = new JsonText();
        write(share, json);
        return FullAnswer.json(json);
    }

    private static void write(ShareView share, JsonText json) {
        json.beginObject()
                .member("id", share.id())
                .member("account", share.account())
                .member("kind", share.kind().word())
                .member("cluster", share.cluster())
                .member("path", share.path())
                .member("expires_at", share.expiresAt());
        Long left = share.usesLeft();
        if (left == null) {
            json.name("uses_left").nil();
        } else {
            json.member("uses_left", left.longValue());
        }
        json.member("by", share.by()).endObject();
    }
}
