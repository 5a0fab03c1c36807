package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpisodesTest {
    @TempDir
    Path dir;

    private Episodes read(String text) {
        Drawn.write(dir, "q.png", Drawn.png(1));
        Drawn.write(dir, "a.png", Drawn.png(2));
        Drawn.write(dir, "z.zip", Drawn.zip(Map.of("d/b.png", Drawn.png(3))));
        return Episodes.read(Drawn.write(dir, "e.csv", text), Located.open(dir));
    }

    @Test
    void aQueryIsAskedOverItsCandidatesInTheirOrder() {
        Episodes episodes = read("match,episode,query,candidate\n"
                + "0,e1,q.png,a.png\n"
                + "1,e1,q.png,z.zip/d/b.png\n"
                + "1,e2,q.png,a.png\n"
                + "0,e2,q.png,z.zip/d/b.png\n");
        List<String> candidates = List.of("a.png", "z.zip/d/b.png");
        assertThat(episodes.trials())
                .containsExactly(
                        new Episodes.Trial("e1", "q.png", candidates, 1),
                        new Episodes.Trial("e2", "q.png", candidates, 0));
        assertThat(episodes.ids()).containsExactly("q.png", "a.png", "z.zip/d/b.png");
        Dataset pictures = Located.open(dir).dataset(episodes.ids());
        assertThat(pictures.bytes(2)).isEqualTo(Drawn.png(3));
        assertThat(pictures.row("a.png")).hasValue(1);
    }

    @Test
    void pathsMayBeginAtTheZipItself() {
        read("episode,query,candidate,match\ne1,q.png,a.png,1\ne1,q.png,z.zip/d/b.png,0\n");
        Located zip = Located.open(dir.resolve("z.zip"));
        assertThat(zip.bytes("d/b.png")).isEqualTo(Drawn.png(3));
        assertThat(zip.bytes("z.zip/d/b.png")).isEqualTo(Drawn.png(3));
        assertThat(Located.open(List.of(dir.resolve("z.zip"), dir)).bytes("a.png"))
                .isEqualTo(Drawn.png(2));
    }

    @Test
    void faultsAreNamedByLineAndColumn() {
        String head = "episode,query,candidate,match\n";
        String good = "e,q.png,a.png,1\n";
        Map<String, String> faults = new HashMap<>();
        faults.put(head + good + "e,q.png,gone.png,0\n", "line 3, column candidate");
        faults.put(head + good + "e,q.png,../x.png,0\n", "line 3, column candidate");
        faults.put(head + "e,gone.png,a.png,0\n", "line 2, column query");
        faults.put(head + good + "e,q.png,z.zip/d/b.png,yes\n", "line 3, column match");
        faults.put(head + good + "e,q.png,z.zip/d/b.png,1\n", "line 3, column match");
        faults.put(head + "e,q.png,z.zip/d/b.png,0\n", "line 2");
        faults.put(head + good, "line 2");
        faults.put(head + good + "e,q.png,a.png\n", "line 3");
        faults.put("episode,query,candidate\n", "line 1");
        faults.put("", "e.csv");
        faults.put(head, "e.csv");
        faults.forEach((text, where) -> assertThatThrownBy(() -> read(text))
                .as(text)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.where()).endsWith(where)));
    }

    @Test
    void linksOutOfTheFolderAreNotFollowed() throws IOException {
        Path inner = dir.resolve("inner");
        Drawn.write(dir, "outside.png", Drawn.png(1));
        Drawn.write(inner, "x.png", Drawn.png(2));
        Files.createSymbolicLink(inner.resolve("link.png"), dir.resolve("outside.png"));
        Located located = Located.open(inner);
        assertThat(located.content("x.png")).isNotNull();
        assertThatThrownBy(() -> located.bytes("link.png")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> located.bytes("../outside.png"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("outside");
        assertThatThrownBy(() -> located.bytes(dir.resolve("outside.png").toString()))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void drawnTrialsStayWithinAParentAndNeverOfferTheQueryItself() {
        Dataset data = Drawn.read(Drawn.folder(dir.resolve("set"), 3, 6, 4));
        Episodes episodes = Episodes.draw(data, 5, 300, 11, true);
        Map<String, Integer> perParent = new HashMap<>();
        int[] places = new int[5];
        for (Episodes.Trial trial : episodes.trials()) {
            assertThat(trial.candidates()).hasSize(5).doesNotContain(trial.query());
            Set<String> classes = new TreeSet<>();
            Set<String> parents = new TreeSet<>();
            for (String id : trial.candidates()) {
                classes.add(label(data, id));
                parents.add(Objects.requireNonNull(Dataset.parent(label(data, id))));
            }
            assertThat(classes).hasSize(5);
            assertThat(parents).hasSize(1);
            assertThat(label(data, trial.query()))
                    .isEqualTo(label(data, trial.candidates().get(trial.match())));
            perParent.merge(parents.iterator().next(), 1, Integer::sum);
            places[trial.match()]++;
        }
        assertThat(perParent).containsOnly(Map.entry("p0", 100), Map.entry("p1", 100), Map.entry("p2", 100));
        for (int place : places) {
            assertThat(place).isBetween(30, 90);
        }
        assertThat(Episodes.draw(data, 5, 300, 11, true)).isEqualTo(episodes);
        assertThat(Episodes.draw(data, 5, 10, 11, true).trials())
                .isEqualTo(episodes.trials().subList(0, 10));
        assertThat(Episodes.draw(data, 5, 300, 12, true)).isNotEqualTo(episodes);
        assertThat(Episodes.draw(data, 18, 2, 1, false).way()).isEqualTo(18);
        assertThatThrownBy(() -> Episodes.draw(data, 7, 1, 1, true))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.hint()).isEqualTo("say --way 6"));
    }

    private static String label(Dataset data, String id) {
        return Objects.requireNonNull(data.entry(data.row(id).orElseThrow()).label());
    }
}
