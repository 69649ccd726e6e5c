package dev.iambroker.server.iam;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountsApi;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The accounts service in both its versions, page by page. Thread-safe; borrows its connections. */
public final class HttpAccountsApi implements AccountsApi {
    private static final Logger LOG = LoggerFactory.getLogger(HttpAccountsApi.class);

    /** Ends a listing that never ends: each page may carry a hundred accounts. */
    private static final int MAX_PAGES = 100;

    private static final String SERVICE = "accounts service";

    private final CloudConnections connections;

    public HttpAccountsApi(CloudConnections connections) {
        this.connections = connections;
    }

    @Override
    public List<IbmAccount> list(Account account, Secret accessToken) {
        CloudConnection connection = connections.known(account);
        ServiceCalls calls = new ServiceCalls(SERVICE, connection.exchange(), new Redactor(List.of(accessToken)));
        return allPages(calls, connection.profile().accountsUrl(), accessToken);
    }

    private static List<IbmAccount> allPages(ServiceCalls calls, URI first, Secret accessToken) {
        List<IbmAccount> accounts = new ArrayList<>();
        Set<URI> seen = new HashSet<>();
        URI page = first;
        while (page != null && seen.add(page)) {
            if (seen.size() > MAX_PAGES) {
                LOG.warn(
                        "the {} at {} has more than {} pages: the rest is left out",
                        SERVICE,
                        first.getHost(),
                        MAX_PAGES);
                break;
            }
            HttpCall call =
                    HttpCall.get(page).contentTypeJson().bearer(accessToken).acceptJson();
            JsonNode answer = calls.json(call);
            addAll(accounts, resources(calls, call, answer));
            page = next(page, answer);
        }
        return List.copyOf(accounts);
    }

    private static JsonNode resources(ServiceCalls calls, HttpCall call, JsonNode answer) {
        JsonNode resources = answer.path("resources");
        if (!resources.isArray() && !resources.isObject()) {
            throw calls.unexpected(call, "no list of accounts");
        }
        return resources;
    }

    /** The pages print version 1's {@code resources} as one object, the service sends an array. */
    private static void addAll(List<IbmAccount> accounts, JsonNode resources) {
        Iterable<JsonNode> each = resources.isArray() ? resources : List.of(resources);
        for (JsonNode resource : each) {
            String id = JsonAnswer.text(resource.path("metadata"), "guid");
            if (id != null) {
                JsonNode entity = resource.path("entity");
                accounts.add(new IbmAccount(id, JsonAnswer.text(entity, "name"), JsonAnswer.text(entity, "state")));
            }
        }
    }

    private static @Nullable URI next(URI page, JsonNode answer) {
        String next = JsonAnswer.text(answer, "next_url");
        return next == null ? null : onSameHost(page, next);
    }

    /** The token goes along to the next page, so the next page cannot be anywhere else. */
    private static URI onSameHost(URI page, String next) {
        URI resolved = resolved(page, next);
        boolean isSame = page.getScheme().equals(resolved.getScheme())
                && page.getRawAuthority().equals(resolved.getRawAuthority());
        if (!isSame) {
            throw strayed(page);
        }
        return resolved;
    }

    private static URI resolved(URI page, String next) {
        try {
            return page.resolve(next);
        } catch (IllegalArgumentException e) {
            throw strayed(page);
        }
    }

    private static ServiceFailure strayed(URI page) {
        return new ServiceFailure(
                "the " + SERVICE + " at " + page.getRawAuthority()
                        + " names a next page that is not on that host; the token is not sent there",
                ServiceFailure.NO_STATUS,
                null);
    }
}
