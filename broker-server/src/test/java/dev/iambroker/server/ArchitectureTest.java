package dev.iambroker.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.util.concurrent.Executors;
import org.jspecify.annotations.NullMarked;

/** The house rules of the server. */
@AnalyzeClasses(packages = "dev.iambroker.server", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesSeeOnlyTheirNeighbours = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.iambroker.server..")
            .layer("wiring")
            .definedBy("dev.iambroker.server")
            .layer("config")
            .definedBy("dev.iambroker.server.config")
            .layer("transport")
            .definedBy("dev.iambroker.server.transport")
            .layer("http")
            .definedBy("dev.iambroker.server.http")
            .layer("iam")
            .definedBy("dev.iambroker.server.iam")
            .layer("store")
            .definedBy("dev.iambroker.server.store")
            .layer("telemetry")
            .definedBy("dev.iambroker.server.telemetry")
            .layer("os")
            .definedBy("dev.iambroker.server.os")
            .layer("json")
            .definedBy("dev.iambroker.server.json")
            .layer("systemd")
            .definedBy("dev.iambroker.server.systemd")
            .layer("sink")
            .definedBy("dev.iambroker.server.sink")
            .layer("doctor")
            .definedBy("dev.iambroker.server.doctor")
            .layer("page")
            .definedBy("dev.iambroker.server.page")
            .layer("cli")
            .definedBy("dev.iambroker.server.cli")
            .whereLayer("config")
            .mayNotAccessAnyLayer()
            .whereLayer("transport")
            .mayOnlyAccessLayers("http", "os")
            .whereLayer("http")
            .mayNotAccessAnyLayer()
            .whereLayer("iam")
            .mayOnlyAccessLayers("json")
            .whereLayer("store")
            .mayOnlyAccessLayers("json")
            .whereLayer("telemetry")
            .mayOnlyAccessLayers("json")
            .whereLayer("os")
            .mayNotAccessAnyLayer()
            .whereLayer("json")
            .mayNotAccessAnyLayer()
            .whereLayer("systemd")
            .mayNotAccessAnyLayer()
            .whereLayer("sink")
            .mayOnlyAccessLayers("config", "store", "os", "json")
            .whereLayer("doctor")
            .mayOnlyAccessLayers("iam")
            .whereLayer("page")
            .mayNotAccessAnyLayer()
            .whereLayer("cli")
            .mayOnlyAccessLayers("http", "doctor", "os", "page")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("dev.iambroker.server.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nettyStaysInTransport = noClasses()
            .that(resideInAnyPackage("dev.iambroker.server", "dev.iambroker.server..")
                    .and(DescribedPredicate.not(
                            resideInAnyPackage("dev.iambroker.server.transport", "dev.iambroker.server.http")))
                    .and(DescribedPredicate.not(JavaClass.Predicates.simpleName("NotifySocket"))))
            .should()
            .dependOnClassesThat(resideInAPackage("io.netty.."));

    @ArchTest
    static final ArchRule httpKnowsNothingOfNettyButItsBuffers = noClasses()
            .that()
            .resideInAPackage("dev.iambroker.server.http")
            .should()
            .dependOnClassesThat(resideInAPackage("io.netty..")
                    .and(DescribedPredicate.not(resideInAnyPackage("io.netty.buffer", "io.netty.util"))));

    @ArchTest
    static final ArchRule clearTextIsRevealedOnlyWhereItLeaves = methods()
            .that()
            .areAnnotatedWith(Reveals.class)
            .should()
            .beDeclaredInClassesThat()
            .resideInAnyPackage(
                    "dev.iambroker.server.http",
                    "dev.iambroker.server.iam",
                    "dev.iambroker.server.store",
                    "dev.iambroker.server.sink");

    @ArchTest
    static final ArchRule nobodyElseReveals = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.iambroker.server.http",
                    "dev.iambroker.server.iam",
                    "dev.iambroker.server.store",
                    "dev.iambroker.server.sink")
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "clear text of a Secret is asked for",
                    call -> call.getTarget().getName().startsWith("reveal") && ownerIsSecret(call.getTarget())));

    @ArchTest
    static final ArchRule secretsAreComparedInConstantTime = noClasses()
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "equals on a Secret",
                    call -> call.getTarget().getName().equals("equals") && ownerIsSecret(call.getTarget())));

    @ArchTest
    static final ArchRule failuresCarryNoSecret = fields().that()
            .haveRawType(Secret.class)
            .should()
            .beDeclaredInClassesThat()
            .areNotAssignableTo(Throwable.class);

    @ArchTest
    static final ArchRule clocksThreadsAndTheEnvironmentComeFromWiring = noClasses()
            .that()
            .resideOutsideOfPackages("dev.iambroker.server", "dev.iambroker.server.config", "dev.iambroker.server.cli")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", java.time.Duration.class)
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Executors.class);

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes().should(resideInAPackageThatIsNullMarked());

    private static boolean ownerIsSecret(AccessTarget.CodeUnitCallTarget target) {
        return target.getOwner().isEquivalentTo(Secret.class);
    }

    private static ArchCondition<JavaClass> resideInAPackageThatIsNullMarked() {
        return new ArchCondition<>("reside in a package that is @NullMarked") {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                boolean marked = javaClass.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        javaClass, marked, javaClass.getPackageName() + " has no @NullMarked package-info"));
            }
        };
    }
}
