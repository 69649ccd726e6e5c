package dev.iambroker;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.iambroker.secret.Secret;
import java.net.URI;
import org.jspecify.annotations.NullMarked;

/** The house rules of the core. */
@AnalyzeClasses(packages = "dev.iambroker", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule theCoreDoesNoInputOrOutput = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "io.netty..",
                            "tools.jackson..",
                            "com.fasterxml..",
                            "io.micrometer..",
                            "ch.qos.logback..",
                            "java.net..",
                            "java.nio.file..",
                            "java.io..")
                    // A name of something elsewhere, with which nothing here goes there.
                    .and(not(equivalentTo(URI.class))));

    @ArchTest
    static final ArchRule packagesSeeOnlyTheirNeighbours = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.iambroker..")
            .layer("broker")
            .definedBy("dev.iambroker.broker")
            .layer("client")
            .definedBy("dev.iambroker.client")
            .layer("policy")
            .definedBy("dev.iambroker.policy")
            .layer("token")
            .definedBy("dev.iambroker.token")
            .layer("iam")
            .definedBy("dev.iambroker.iam")
            .layer("account")
            .definedBy("dev.iambroker.account")
            .layer("store")
            .definedBy("dev.iambroker.store")
            .layer("fleet")
            .definedBy("dev.iambroker.fleet")
            .layer("secret")
            .definedBy("dev.iambroker.secret")
            .layer("event")
            .definedBy("dev.iambroker.event")
            .whereLayer("broker")
            .mayOnlyAccessLayers("client", "policy", "token", "account", "event", "secret")
            .whereLayer("policy")
            .mayOnlyAccessLayers("client", "account")
            .whereLayer("token")
            .mayOnlyAccessLayers("account", "event", "fleet", "iam", "store", "secret")
            .whereLayer("fleet")
            .mayOnlyAccessLayers("account", "iam", "store", "secret")
            .whereLayer("iam")
            .mayOnlyAccessLayers("account", "secret")
            .whereLayer("account")
            .mayOnlyAccessLayers("secret")
            .whereLayer("store")
            .mayOnlyAccessLayers("account", "secret")
            .whereLayer("event")
            .mayOnlyAccessLayers("client", "account")
            .whereLayer("client")
            .mayNotAccessAnyLayer()
            .whereLayer("secret")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("dev.iambroker.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule clocksThreadsAndTheEnvironmentComeFromOutside = noClasses()
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
            .belongToAnyOf(java.util.concurrent.Executors.class);

    @ArchTest
    static final ArchRule failuresAndViewsCarryNoSecret = fields().that()
            .haveRawType(Secret.class)
            .should()
            .beDeclaredInClassesThat()
            .areNotAssignableTo(Throwable.class)
            .andShould()
            .beDeclaredInClassesThat()
            .haveSimpleNameNotEndingWith("View")
            .andShould()
            .beDeclaredInClassesThat()
            .resideOutsideOfPackage("dev.iambroker.event");

    @ArchTest
    static final ArchRule recordsWithASecretWriteTheirOwnToString = classes()
            .that()
            .areRecords()
            .and(haveAFieldOfType(Secret.class))
            .should(declareAToStringWithoutTheCompiler());

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes().should(resideInAPackageThatIsNullMarked());

    private static DescribedPredicate<JavaClass> haveAFieldOfType(Class<?> type) {
        return DescribedPredicate.describe(
                "have a field of type " + type.getSimpleName(),
                javaClass -> javaClass.getFields().stream()
                        .anyMatch(field -> field.getRawType().isEquivalentTo(type)));
    }

    /** The compiler's toString of a record goes through ObjectMethods by invokedynamic and calls no method itself. */
    private static ArchCondition<JavaClass> declareAToStringWithoutTheCompiler() {
        return new ArchCondition<>("declare a toString of their own") {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                boolean generated =
                        javaClass.getMethod("toString").getSourceCodeLocation().getLineNumber() <= firstLine(javaClass);
                events.add(new SimpleConditionEvent(
                        javaClass, !generated, javaClass.getName() + " has the compiler's toString"));
            }
        };
    }

    private static int firstLine(JavaClass javaClass) {
        return javaClass.getMethods().stream()
                .filter(method -> method.getName().equals("hashCode"))
                .mapToInt(method -> method.getSourceCodeLocation().getLineNumber())
                .min()
                .orElse(0);
    }

    private static ArchCondition<JavaClass> resideInAPackageThatIsNullMarked() {
        return new ArchCondition<>("reside in a package that is @NullMarked") {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                JavaPackage home = javaClass.getPackage();
                boolean marked = home.isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        javaClass, marked, home.getName() + " has no @NullMarked package-info"));
            }
        };
    }
}
