package dev.kindred.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/dependencies.md} names what the build really uses: each with its version and a licence that may stand beside ours. */
class DependenciesPageTest {
    private static final String PAGE = "docs/dependencies.md";

    /** A row of the page: {@code | `group:artifact` | version | licence | what for |}. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([\\w.-]+:[\\w.<>-]+)` \\| ([^|]+) \\| ([^|]+) \\|");

    /** What Maven lists: {@code group:artifact:type[:classifier]:version:scope}. */
    private static final Pattern LISTED =
            Pattern.compile("(?m)^\\s+([\\w.-]+:[\\w.-]+):jar:(?:[\\w-]+:)?([\\w.-]+):(?:compile|runtime)\\b");

    private static final Pattern DECLARED =
            Pattern.compile("<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>");

    /** WordNet's asks for its notice alone, as MIT does. */
    private static final Set<String> COMPATIBLE =
            Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-2.0", "WordNet-3.1");

    @Test
    void everyRuntimeDependencyIsNamedWithItsVersion() throws Exception {
        Set<String> used = runtime();
        assertThat(used).as("what Maven lists").hasSizeGreaterThan(20);
        assertThat(rows("Runtime").stream().map(Row::at)).containsExactlyInAnyOrderElementsOf(used);
    }

    @Test
    void everyDeclaredDependencyIsNamed() throws Exception {
        Set<String> declared = new TreeSet<>();
        for (Path pom : poms()) {
            Matcher matcher = DECLARED.matcher(Files.readString(pom));
            while (matcher.find()) {
                if (!matcher.group(1).equals("dev.kindred")) {
                    declared.add(matcher.group(1) + ":" + matcher.group(2));
                }
            }
        }
        assertThat(declared).hasSizeGreaterThan(20);
        assertThat(rows("").stream().map(Row::name)).containsAll(declared);
    }

    @Test
    void whatRunsMayStandBesideApache2() throws Exception {
        for (Row row : rows("Runtime")) {
            Set<String> choices = Set.of(row.licence().split(" or "));
            assertThat(choices).as(row.name()).containsAnyElementsOf(COMPATIBLE);
        }
    }

    private record Row(String name, String version, String licence) {
        String at() {
            return name + " " + version;
        }
    }

    /** The rows under the heading of this beginning; of the whole page where it is empty. */
    private static List<Row> rows(String heading) throws Exception {
        String page = Checkout.text(PAGE);
        String part = Stream.of(page.split("(?m)^## "))
                .filter(section -> section.startsWith(heading))
                .collect(Collectors.joining("\n"));
        List<Row> rows = new ArrayList<>();
        Matcher matcher = ROW.matcher(part);
        while (matcher.find()) {
            rows.add(new Row(
                    matcher.group(1), matcher.group(2).strip(), matcher.group(3).strip()));
        }
        assertThat(rows).as("rows of " + PAGE).isNotEmpty();
        return rows;
    }

    /** Name and version of all that the product runs with, as the build of {@code cli} lists them; natives of the building machine under one name for all platforms. */
    private static Set<String> runtime() throws Exception {
        Set<String> used = new TreeSet<>();
        Matcher matcher = LISTED.matcher(Checkout.text("cli/target/runtime-dependencies.txt"));
        while (matcher.find()) {
            used.add(matcher.group(1).replaceFirst(":native-.*", ":native-<platform>") + " " + matcher.group(2));
        }
        return used;
    }

    private static List<Path> poms() throws Exception {
        try (Stream<Path> modules = Files.list(Checkout.root())) {
            return Stream.concat(Stream.of(Checkout.root()), modules)
                    .map(folder -> folder.resolve("pom.xml"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }
}
