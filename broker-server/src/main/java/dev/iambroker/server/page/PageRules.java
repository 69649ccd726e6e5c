package dev.iambroker.server.page;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may load what. In this order: our own name, no proxy and no other site, a method that changes nothing, then the token or the
 * session; so that a request of another site never spends the token. Thread-safe.
 */
final class PageRules {
    static final String ENTRY = "/open/";
    private static final String DATA = "status.json";
    private static final Set<String> OWN_SITES = Set.of("none", "same-origin");
    private static final List<String> PROXIES = List.of("x-forwarded-for", "forwarded", "via");
    private static final String AGAIN = "run 'iam-broker status --web' again";

    private final String host;
    private final PageKeys keys;
    private final PageFiles files;
    private final Supplier<String> status;

    /**
     * @param host the one {@code Host} there is, with its port
     * @param status JSON, made anew at each call
     */
    PageRules(String host, PageKeys keys, PageFiles files, Supplier<String> status) {
        this.host = host;
        this.keys = keys;
        this.files = files;
        this.status = status;
    }

    PageAnswer answer(PageRequest request) {
        PageAnswer refusal = refusal(request);
        if (refusal != null) {
            return refusal;
        }
        if (request.target().startsWith(ENTRY)) {
            return enter(request);
        }
        if (!keys.isSession(request.field("cookie"))) {
            return PageAnswer.refusal(403, "this page belongs to another browser, or to none: " + AGAIN);
        }
        return show(request.target());
    }

    private @Nullable PageAnswer refusal(PageRequest request) {
        // A name that was rebound to this address, or localhost, which may be somebody else's on another address.
        if (!host.equals(request.field("host"))) {
            return PageAnswer.refusal(421, "the Host header is not " + host + ": use the address as it was printed");
        }
        if (isForeign(request)) {
            return PageAnswer.refusal(
                    403,
                    "requests of other sites and through proxies are refused:" + " paste the address into the browser");
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return PageAnswer.refusal(405, "the page is read only: GET and HEAD")
                    .with("Allow", "GET, HEAD");
        }
        return null;
    }

    private boolean isForeign(PageRequest request) {
        String site = request.field("sec-fetch-site");
        String origin = request.field("origin");
        return (site != null && !OWN_SITES.contains(site))
                || (origin != null && !origin.equals("http://" + host))
                || PROXIES.stream().anyMatch(name -> request.field(name) != null);
    }

    private PageAnswer enter(PageRequest request) {
        // What only asks whether an address is there, such as the preview of a chat, must not use it up.
        if (!request.method().equals("GET")) {
            return PageAnswer.refusal(405, "this address is for a browser: GET").with("Allow", "GET");
        }
        if (!keys.spend(request.target().substring(ENTRY.length()))) {
            return PageAnswer.refusal(
                    403, "this address was used before, or is none of this page: each is good once, " + AGAIN);
        }
        return PageAnswer.movedTo(keys.home(), keys.cookie());
    }

    private PageAnswer show(String target) {
        String name =
                target.startsWith(keys.home()) ? target.substring(keys.home().length()) : "?";
        if (name.equals(DATA)) {
            return PageAnswer.of("application/json", status.get());
        }
        PageAnswer file = files.find(name);
        return file == null ? PageAnswer.refusal(404, "there is no such path here") : file;
    }
}
