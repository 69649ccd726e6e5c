package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.iam.IamClient;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The {@link Governor} of each IAM that some account uses. They stay, as few as there are IAMs. Thread-safe. */
final class Upstreams {
    private final IamClient iam;
    private final Time time;
    private final AlarmClock alarms;
    private final Airspace airspace = new Airspace();
    private final Map<String, Governor> governors = new ConcurrentHashMap<>();

    Upstreams(IamClient iam, Time time, AlarmClock alarms) {
        this.iam = iam;
        this.time = time;
        this.alarms = alarms;
    }

    /** Only these accounts are there from now on. */
    void keepOnly(Set<AccountName> accounts) {
        governors.values().forEach(governor -> governor.keepOnly(accounts));
    }

    Governor of(Account account) {
        return governors.computeIfAbsent(iam.upstream(account), name -> new Governor(name, time, alarms, airspace));
    }
}
