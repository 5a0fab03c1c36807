package dev.kindred.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrows between modules run one way only: a module knows what is listed here and nothing else of Kindred's. */
class ArrowsTest {
    private static final Map<String, List<String>> KNOWS = new LinkedHashMap<>();

    static {
        KNOWS.put("core", List.of());
        KNOWS.put("media", List.of("core"));
        KNOWS.put("report", List.of("core"));
        KNOWS.put("data", List.of("core", "media"));
        KNOWS.put("encode", List.of("core", "media"));
        KNOWS.put("index", List.of("core"));
        KNOWS.put("train", List.of("core", "media", "data", "encode"));
        KNOWS.put("evaluate", List.of("core", "media", "data", "encode", "report"));
        KNOWS.put("demo", List.of("core", "media", "data"));
        KNOWS.put("release", List.of("core", "encode", "index", "evaluate", "report"));
        KNOWS.put("fuzz", List.of("core"));
        KNOWS.put("serve", List.of("core", "media", "data", "encode", "index", "evaluate", "report", "release"));
        KNOWS.put(
                "cli",
                List.of(
                        "core",
                        "media",
                        "data",
                        "encode",
                        "train",
                        "evaluate",
                        "index",
                        "report",
                        "release",
                        "serve",
                        "demo"));
    }

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.kindred");

    static Iterable<String> modules() {
        return KNOWS.keySet();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void moduleKnowsOnlyWhatItMay(String module) {
        List<String> strangers = new ArrayList<>();
        for (String other : KNOWS.keySet()) {
            if (!other.equals(module) && !KNOWS.getOrDefault(module, List.of()).contains(other)) {
                strangers.add("dev.kindred." + other + "..");
            }
        }
        if (!strangers.isEmpty()) {
            noClasses()
                    .that()
                    .resideInAPackage("dev.kindred." + module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(strangers.toArray(String[]::new))
                    .check(ALL);
        }
    }

    @Test
    void everyModuleIsSeen() {
        for (String module : KNOWS.keySet()) {
            assertThat(ALL.stream().filter(c -> c.getPackageName().startsWith("dev.kindred." + module)))
                    .as(module)
                    .isNotEmpty();
        }
    }

    @Test
    void coreNeedsNoFramework() {
        noClasses()
                .that()
                .resideInAPackage("dev.kindred.core..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("dev.kindred.core..", "java..", "jdk.incubator.vector..", "org.jspecify..")
                .check(ALL);
    }

    @Test
    void onlyTrainingKnowsPyTorch() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.kindred.train..", "dev.kindred.bench..")
                .and()
                .haveNameNotMatching("dev\\.kindred\\.cli\\.Train.*")
                .and()
                // Of DJL the tokenizers alone, which need no engine.
                .haveNameNotMatching("dev\\.kindred\\.encode\\.Tokenizer")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..")
                .check(ALL);
    }

    @Test
    void onlyEncodeKnowsTheRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.kindred.encode..", "dev.kindred.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..", "ai.onnx..")
                .check(ALL);
    }

    /** A method that the compiler refuses to inline makes an object of each vector handed over, ten times slower in some processes. */
    @Test
    void vectorsStayWithinOneMethod() {
        List<String> handedOver = ALL.stream()
                .flatMap(c -> c.getMethods().stream())
                .filter(m -> m.getRawReturnType().isAssignableTo(Vector.class)
                        || m.getRawParameterTypes().stream().anyMatch(t -> t.isAssignableTo(Vector.class)))
                .map(JavaMethod::getFullName)
                .toList();
        assertThat(handedOver).isEmpty();
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses()
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl)")
                .check(ALL);
    }
}
