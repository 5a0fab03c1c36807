package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder in BEIR's form (Thakur et al. 2021): {@code corpus.jsonl} ({@code _id}, {@code title}, {@code text}),
 * {@code queries.jsonl} ({@code _id}, {@code text}), each also .gz, and the judgements, {@code qrels.tsv} or one of
 * {@code qrels/*.tsv} ({@code query-id}, {@code corpus-id}, {@code score}). A document's text is its title and its text,
 * with a space between. Documents without words are kept, since judgements name them.
 */
final class Beir {
    private final Path corpus;
    private final Path queries;
    private final Path qrels;

    private Beir(Path corpus, Path queries, Path qrels) {
        this.corpus = corpus;
        this.queries = queries;
        this.qrels = qrels;
    }

    /** Of a folder, or of one judgement file in it or below; null where it is neither. */
    static @Nullable Beir at(Path path) {
        if (Files.isDirectory(path)) {
            Path corpus = either(path, "corpus.jsonl");
            Path queries = either(path, "queries.jsonl");
            return corpus == null || queries == null ? null : new Beir(corpus, queries, onlyQrels(path));
        }
        if (!TextLines.withoutGz(path).endsWith(".tsv")) {
            return null;
        }
        Path folder = path.toAbsolutePath().normalize().getParent();
        for (int up = 0; up < 2 && folder != null; up++, folder = folder.getParent()) {
            Path corpus = either(folder, "corpus.jsonl");
            Path queries = either(folder, "queries.jsonl");
            if (corpus != null && queries != null && isQrels(path)) {
                return new Beir(corpus, queries, path);
            }
        }
        return null;
    }

    /** A title and a text as one text. */
    static @Nullable String joined(@Nullable String title, @Nullable String text) {
        if (title == null || title.isBlank()) {
            return text;
        }
        return text == null || text.isBlank() ? title : title + " " + text;
    }

    private static @Nullable Path either(Path folder, String name) {
        return Stream.of(name, name + ".gz")
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }

    private static boolean isQrels(Path path) {
        try (TextLines lines = TextLines.open(path)) {
            String first = lines.next();
            return first != null && first.startsWith("query-id\t");
        }
    }

    private static Path onlyQrels(Path folder) {
        List<Path> found = new ArrayList<>();
        Path alone = either(folder, "qrels.tsv");
        if (alone != null) {
            return alone;
        }
        if (Files.isDirectory(folder.resolve("qrels"))) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve("qrels"), "*.{tsv,tsv.gz}")) {
                files.forEach(found::add);
            } catch (IOException e) {
                throw new Refusal(
                        "cannot be read (" + Origin.reason(e) + ")",
                        folder.resolve("qrels").toString(),
                        "check the folder and its permissions",
                        e);
            }
        }
        found.sort(null);
        if (found.size() == 1) {
            return found.getFirst();
        }
        throw new Refusal(
                found.isEmpty()
                        ? "has a corpus and queries but no judgements"
                        : "has several files of judgements: "
                                + String.join(
                                        ", ",
                                        found.stream()
                                                .map(path -> "qrels/" + path.getFileName())
                                                .toList()),
                folder.toString(),
                found.isEmpty() ? "add qrels.tsv or qrels/*.tsv" : "name one of them as DATA");
    }

    Examples.Judged read(ReadOptions options, dev.kindred.core.Progress progress) {
        Dataset documents = texts(corpus, options, progress);
        Dataset asked = texts(queries, options, progress);
        List<Problem> problems = new ArrayList<>();
        List<Examples.Judgement> judgements = judgements(asked, documents, options, problems);
        int[] judged = judgements.stream()
                .mapToInt(Examples.Judgement::query)
                .distinct()
                .sorted()
                .toArray();
        if (judged.length == 0) {
            throw new Refusal("judges no query", qrels.toString(), "give it rows");
        }
        Examples.Judged all = new Examples.Judged(asked.with(problems), documents, judgements);
        return judged.length == asked.size() ? all : all.subset(judged);
    }

    private static Dataset texts(Path file, ReadOptions options, dev.kindred.core.Progress progress) {
        Gathering gathering = new Gathering(options, progress);
        int empty = 0;
        try (Table table = Table.open(file, true)) {
            for (Table.Row row = table.next(); row != null; row = table.next()) {
                String where = file + " line " + row.line();
                Map<String, String> cells = new LinkedHashMap<>();
                for (int at = 0; at < table.names().size(); at++) {
                    String cell = row.cell(at);
                    if (cell != null) {
                        cells.put(table.names().get(at), cell);
                    }
                }
                String id = cells.remove("_id");
                String given = cells.remove("text");
                String text = joined(cells.remove("title"), given);
                if (row.fault() != null || id == null || id.isEmpty() || text == null) {
                    String missing = id == null || id.isEmpty() ? "has no _id" : "has no text";
                    gathering.problem(new Problem(where, row.fault() == null ? missing : row.fault()));
                } else if (gathering.holds(id)) {
                    gathering.problem(new Problem(where, "has the id '" + id + "', which stood before"));
                } else {
                    empty += text.isBlank() ? 1 : 0;
                    cells.values().removeIf(String::isEmpty);
                    gathering.add(id, null, cells, new Origin.OfText(file, row.line(), gathering.whole(text)));
                }
            }
        }
        if (empty > 0) {
            gathering.note("%,d of %s have no words".formatted(empty, file.getFileName()));
        }
        return gathering.dataset(file.toString());
    }

    private List<Examples.Judgement> judgements(
            Dataset asked, Dataset documents, ReadOptions options, List<Problem> problems) {
        List<Examples.Judgement> judgements = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        try (Table table = Table.open(qrels, true)) {
            int query = table.names().indexOf("query-id");
            int document = table.names().indexOf("corpus-id");
            int score = table.names().indexOf("score");
            if (query < 0 || document < 0 || score < 0) {
                throw new Refusal(
                        "has the columns " + String.join(", ", table.names()),
                        qrels + " line 1",
                        "its header is query-id, corpus-id, score");
            }
            for (Table.Row row = table.next(); row != null; row = table.next()) {
                String fault = row.fault();
                if (fault == null) {
                    String q = String.valueOf(row.cell(query));
                    String d = String.valueOf(row.cell(document));
                    OptionalInt queryRow = asked.row(q);
                    OptionalInt documentRow = documents.row(d);
                    Double grade = TableReader.score(row.cell(score));
                    if (queryRow.isEmpty() || documentRow.isEmpty()) {
                        fault = queryRow.isEmpty()
                                ? "names the query '" + q + "', which is not in " + queries.getFileName()
                                : "names the document '" + d + "', which is not in " + corpus.getFileName();
                    } else if (grade == null) {
                        fault = "has the score '" + row.cell(score) + "', which is no number";
                    } else if (!seen.add((long) queryRow.getAsInt() << 32 | documentRow.getAsInt())) {
                        fault = "judges '" + d + "' for '" + q + "' again";
                    } else {
                        judgements.add(new Examples.Judgement(queryRow.getAsInt(), documentRow.getAsInt(), grade));
                    }
                }
                if (fault != null) {
                    problems.add(new Problem(qrels + " line " + row.line(), fault));
                }
            }
        }
        Problem.requireFew(problems, judgements.size() + (long) problems.size(), options.strict(), qrels.toString());
        return judgements;
    }
}
