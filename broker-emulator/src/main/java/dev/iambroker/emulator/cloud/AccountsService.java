package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.HeaderRules;
import dev.iambroker.emulator.record.Service;
import dev.iambroker.emulator.settings.Generation;
import dev.iambroker.emulator.settings.Settings;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The accounts that a login reaches, page by page: {@code /coe/v2/accounts} today, {@code /v1/accounts} before. */
public final class AccountsService implements Service {
    private static final String V1 = "/v1/accounts";
    private static final String V2 = "/coe/v2/accounts";
    private static final Set<String> HEADERS = Set.of("authorization", "content-type");
    private static final Pattern PAGE = Pattern.compile("_start=(\\d{1,6})");

    private final Generation generation;
    private final BearerCheck bearer;
    private final Directory directory;
    private final Settings settings;

    public AccountsService(Generation generation, BearerCheck bearer, Directory directory, Settings settings) {
        this.generation = generation;
        this.bearer = bearer;
        this.directory = directory;
        this.settings = settings;
    }

    @Override
    public boolean owns(String path) {
        return path.startsWith(V1) || path.startsWith("/coe/");
    }

    @Override
    public HttpResponse refusal(HttpRequest request, Departure departure) {
        return CloudErrors.of(request, departure.status(), departure.code(), "General", departure.text());
    }

    @Override
    public Supplier<HttpResponse> prepare(HttpRequest request) {
        String expected = generation == Generation.IBM_CLOUD ? V2 : V1;
        if (!request.path().equals(expected)) {
            throw Departure.unknownPath(request.method(), request.path() + ", expected " + expected);
        }
        if (!request.method().equals("GET")) {
            throw Departure.wrongMethod(request.method(), request.path(), "GET");
        }
        HeaderRules.check(request, HEADERS);
        HeaderRules.require(request, "Content-Type", "application/json");
        HeaderRules.require(request, "Accept", "application/json");
        int start = start(request);
        String token = BearerCheck.token(request);
        return () -> CloudErrors.answer(request, () -> page(bearer.caller(token), start));
    }

    private static int start(HttpRequest request) {
        Matcher page = PAGE.matcher(request.query());
        if (!request.query().isEmpty() && !page.matches()) {
            throw Departure.strict("unexpected query on " + request.path() + ", expected that of next_url");
        }
        return request.query().isEmpty() ? 0 : Integer.parseInt(page.group(1));
    }

    private HttpResponse page(Caller caller, int start) {
        List<Account> all = directory.accountsOf(caller.identity().accounts());
        int end = Math.min(all.size(), start + settings.accountsPageSize());
        List<Account> page = start < end ? all.subList(start, end) : List.of();
        return HttpResponse.json(200, generation == Generation.IBM_CLOUD ? v2(all, page, end) : v1(all, page, end));
    }

    private static ObjectNode v2(List<Account> all, List<Account> page, int end) {
        ObjectNode answer = Json.object();
        next(answer, V2, all, end);
        answer.put("total_results", all.size());
        ArrayNode resources = answer.putArray("resources");
        for (Account account : page) {
            ObjectNode resource = resources.addObject();
            metadata(resource, V2, account)
                    .put(
                            "anonymousId",
                            new StringBuilder(account.id()).reverse().toString());
            resource.putObject("entity")
                    .put("name", account.name())
                    .put("type", "PAYG")
                    .put("state", "ACTIVE")
                    .put("country_code", "USA")
                    .put("currency_code", "USD");
        }
        return answer;
    }

    private ObjectNode v1(List<Account> all, List<Account> page, int end) {
        int size = settings.accountsPageSize();
        ObjectNode answer =
                Json.object().put("total_results", all.size()).put("total_pages", (all.size() + size - 1) / size);
        answer.putNull("prev_url");
        next(answer, V1, all, end);
        ArrayNode resources = Json.object().putArray("resources");
        for (Account account : page) {
            ObjectNode resource = resources.addObject();
            metadata(resource, V1, account).put("origin", "BSS");
            resource.putObject("entity").put("name", account.name()).put("state", "ACTIVE");
        }
        boolean single = settings.accountsAsSingleObject() && !resources.isEmpty();
        answer.set("resources", single ? resources.get(0) : resources);
        return answer;
    }

    private static void next(ObjectNode answer, String path, List<Account> all, int end) {
        if (end < all.size()) {
            answer.put("next_url", path + "?_start=" + end);
        } else {
            answer.putNull("next_url");
        }
    }

    private static ObjectNode metadata(ObjectNode resource, String path, Account account) {
        return resource.putObject("metadata")
                .put("guid", account.id())
                .put("url", path + "/" + account.id())
                .put("created_at", "2016-01-07T18:55:09.726Z")
                .put("updated_at", "2018-08-16T18:56:00.442Z");
    }
}
