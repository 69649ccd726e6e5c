package dev.iambroker.fleet.etcd;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** The house rules of the fleet. */
@AnalyzeClasses(packages = "dev.iambroker.fleet.etcd", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule onlyTheAdapterKnowsJetcd = noClasses()
            .that()
            .haveSimpleNameNotStartingWith("Jetcd")
            .and()
            .haveSimpleNameNotStartingWith("CallDeadlines")
            .and()
            .haveSimpleNameNotStartingWith("EtcdFleetProvider")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.etcd..", "io.grpc..", "io.vertx..", "io.netty.."));

    @ArchTest
    static final ArchRule clocksAndThreadsComeFromOutside = noClasses()
            .that()
            .haveSimpleNameNotStartingWith("LaneThread")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ScheduledThreadPoolExecutor.class);
}
