package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.data.Examples.Judged;
import dev.kindred.data.Examples.Judgement;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BeirTest {
    @TempDir
    Path dir;

    @BeforeEach
    void texts() {
        Drawn.write(
                dir,
                "corpus.jsonl",
                "{\"_id\":\"d1\",\"title\":\"Cats\",\"text\":\"They purr.\"}\n"
                        + "{\"_id\":\"d2\",\"title\":\"\",\"text\":\"\"}\n"
                        + "{\"_id\":\"d3\",\"title\":\"Dogs\",\"text\":\"\",\"lang\":\"en\"}\n");
        Drawn.write(
                dir,
                "queries.jsonl",
                "{\"_id\":\"q1\",\"text\":\"what purrs\"}\n{\"_id\":\"q2\",\"text\":\"unjudged\"}\n"
                        + "{\"_id\":\"q3\",\"text\":\"what barks\"}\n");
    }

    private Judged read(Path data) {
        return (Judged) Examples.read(List.of(data), ReadOptions.defaults(), Progress.SILENT);
    }

    @Test
    void aFolderIsQueriesCorpusAndJudgements() {
        Drawn.write(dir, "qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t2\nq3\td3\t1\nq1\td2\t0\n");
        Judged judged = read(dir);
        assertThat(judged.corpus().size()).isEqualTo(3);
        assertThat(judged.corpus().content(0)).isEqualTo(new Content.Text("Cats They purr."));
        assertThat(judged.corpus().content(1)).isEqualTo(new Content.Text(""));
        assertThat(judged.corpus().entry(2).attributes()).containsEntry("lang", "en");
        assertThat(judged.corpus().warnings()).anyMatch(line -> line.contains("1 of corpus.jsonl have no words"));
        assertThat(judged.queries().size()).as("only what is judged").isEqualTo(2);
        assertThat(judged.queries().entry(1).id()).isEqualTo("q3");
        assertThat(judged.judgements())
                .containsExactly(new Judgement(0, 0, 2), new Judgement(1, 2, 1), new Judgement(0, 1, 0));
        assertThat(judged.subset(new int[] {1}).judgements()).containsExactly(new Judgement(0, 2, 1));
        assertThat(Drawn.read(dir).entry(0).id()).as("as samples: the corpus").isEqualTo("d1");
    }

    @Test
    void ofSeveralJudgementFilesOneIsNamed() {
        Drawn.write(dir, "qrels/dev.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\n");
        Path test = Drawn.write(dir, "qrels/test.tsv", "query-id\tcorpus-id\tscore\nq3\td3\t1\n");
        assertThatThrownBy(() -> read(dir)).hasMessageContaining("qrels/dev.tsv, qrels/test.tsv");
        assertThat(read(test).queries().entry(0).id()).isEqualTo("q3");
    }

    @Test
    void judgementsOfWhatIsNotThereAreNamed() {
        Path qrels = Drawn.write(
                dir, "qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\nq9\td1\t1\nq1\td9\t1\nq1\td1\t1\n");
        assertThatThrownBy(() -> read(dir))
                .hasMessageContaining(qrels + " line 3: names the query 'q9', which is not in queries.jsonl")
                .hasMessageContaining(qrels + " line 4: names the document 'd9', which is not in corpus.jsonl")
                .hasMessageContaining("line 5: judges 'd1' for 'q1' again");
    }

    @Test
    void idsThatRepeatAreNamed() {
        Drawn.write(dir, "qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\n");
        Drawn.write(dir, "queries.jsonl", "{\"_id\":\"q1\",\"text\":\"a\"}\n{\"_id\":\"q1\",\"text\":\"b\"}\n");
        assertThatThrownBy(() -> read(dir))
                .hasMessageContaining("queries.jsonl line 2: has the id 'q1', which stood before");
    }
}
