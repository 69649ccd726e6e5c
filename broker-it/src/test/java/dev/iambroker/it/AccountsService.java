package dev.iambroker.it;

import com.ibm.cloud.sdk.core.http.RequestBuilder;
import com.ibm.cloud.sdk.core.security.Authenticator;
import com.ibm.cloud.sdk.core.security.ConfigBasedAuthenticatorFactory;
import com.ibm.cloud.sdk.core.service.BaseService;
import com.ibm.cloud.sdk.core.util.ResponseConverterUtils;
import okhttp3.Request;

/**
 * A client of a service of IBM Cloud, as IBM's generated ones are: whatever it needs to know comes from the files and
 * variables that the SDK reads.
 */
final class AccountsService extends BaseService {
    private AccountsService(String name, Authenticator authenticator) {
        super(name, authenticator);
    }

    static AccountsService of(String name) {
        AccountsService service = new AccountsService(name, ConfigBasedAuthenticatorFactory.getAuthenticator(name));
        service.configureService(name);
        return service;
    }

    /** What the service answers. @throws RuntimeException of the SDK's where there is no token, or it is not accepted */
    String list() {
        RequestBuilder request =
                RequestBuilder.get(RequestBuilder.resolveRequestUrl(getServiceUrl(), "/coe/v2/accounts"));
        request.header("Content-Type", "application/json");
        return createServiceCall(request.build(), ResponseConverterUtils.getString())
                .execute()
                .getResult();
    }

    /** The token that the SDK would send now. */
    String token() {
        Request.Builder request = new Request.Builder().url(getServiceUrl());
        getAuthenticator().authenticate(request);
        return String.valueOf(request.build().header("Authorization"));
    }

    /** Calls each service that is named five times. */
    public static void main(String[] names) {
        for (String name : names) {
            AccountsService service = of(name);
            for (int i = 0; i < 5; i++) {
                System.out.println(name + " " + service.list().contains("\"resources\""));
            }
        }
    }
}
