package dev.iambroker.emulator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The emulator knows nothing of the broker, and its packages form no cycle. */
@AnalyzeClasses(packages = "dev.iambroker", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule KNOWS_NOTHING_OF_OURS = classes()
            .that()
            .resideInAPackage("dev.iambroker.emulator..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.iambroker.emulator..",
                    "java..",
                    "javax.net..",
                    "org.jspecify..",
                    "com.google.errorprone.annotations..",
                    "tools.jackson..",
                    "org.bouncycastle..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.iambroker.emulator.(*)..").should().beFreeOfCycles();
}
