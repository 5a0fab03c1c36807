package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.EmbeddingsCsv;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.near.Banding;
import dev.kindred.core.near.NearPairs;
import dev.kindred.index.IndexInfo;
import dev.kindred.index.NearItems;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Items that are nearly the same. */
@CommandLine.Command(
        description = "Find all pairs of items that are nearly the same, and the clusters they make.",
        footer = {
            "",
            "Candidates are found by signatures of the vectors, and each pair is then compared exactly, so none is"
                    + " named",
            "wrongly; of those just at the threshold at most 1%% are missed, of nearer ones fewer. A cluster is a"
                    + " chain of",
            "pairs: its ends may be less alike.",
            "",
            "Example:",
            "  kindred index duplicates holiday.index --above 0.98 --out pairs.csv"
        })
final class IndexDuplicatesCommand implements Command {
    private static final double USUAL = 0.98;
    private static final double MISSED = 0.01;
    private static final int LISTED = 100;
    private static final int SHOWN = 10;
    private static final int SHOWN_IDS = 5;

    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Option(
            names = "--above",
            paramLabel = "S",
            description = "The least cosine of a pair, above 0 and at most 1. Default: " + USUAL + ".")
    @Nullable
    Double above;

    @Option(
            names = "--within",
            paramLabel = "R",
            description = "The largest distance of a pair, where the index is compared by l2.")
    @Nullable
    Double within;

    @Option(
            names = "--out",
            paramLabel = "pairs.csv",
            description = "Write the pairs as left,right,score,cluster, the best first.")
    @Nullable
    Path out;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Write at most this many pairs; all are counted. Default: ${DEFAULT-VALUE}.")
    long limit = 1_000_000;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        if (limit < 0) {
            throw new Refusal("--limit is " + limit, "--limit", "say how many pairs to write, or leave it out");
        }
        if (out != null) {
            NewFile.requirePlace(out);
        }
        try (IndexFolder.Reading index = new IndexFolder(dir).reading(run);
                Workers workers = run.workers()) {
            IndexInfo info = index.info();
            double least = least(info.distance());
            NearItems items = NearItems.in(info, index.scan(), least, MISSED, workers, run.progress());
            List<int[]> clusters = items.pairs().clusters();
            if (out != null) {
                write(out, items, clusters);
            }
            return Answer.done(json(info, least, items, clusters), text(info.distance(), least, items, clusters));
        }
    }

    /** The least score, as the index's distance has it; of inner products the index says that they will not do. */
    private double least(Distance distance) {
        if (distance == Distance.L2) {
            if (within == null || above != null) {
                throw new Refusal(
                        "is compared by l2, where a pair is near by its distance",
                        dir.toString(),
                        "say --within R, in the unit of the vectors");
            }
            if (!(within >= 0) || within.isInfinite()) {
                throw new Refusal("--within is " + within, "--within", "use a distance of 0 or more");
            }
            return -within;
        }
        if (within != null) {
            throw new Refusal(
                    "is compared by " + distance.wireName() + ", which knows no distance",
                    dir.toString(),
                    "say --above S");
        }
        double cosine = above == null ? USUAL : above;
        if (!(cosine > 0 && cosine <= 1)) {
            throw new Refusal("--above is " + cosine, "--above", "use a cosine above 0 and at most 1");
        }
        return cosine;
    }

    private void write(Path file, NearItems items, List<int[]> clusters) {
        int[] cluster = new int[items.ids().length];
        for (int c = 0; c < clusters.size(); c++) {
            for (int row : clusters.get(c)) {
                cluster[row] = c + 1;
            }
        }
        NewFile.write(file, stream -> {
            Writer csv = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), 1 << 16);
            csv.write("left,right,score,cluster\n");
            try {
                items.pairs().best(limit, (left, right, score) -> {
                    try {
                        csv.write(EmbeddingsCsv.quoted(items.ids()[left]));
                        csv.write(',');
                        csv.write(EmbeddingsCsv.quoted(items.ids()[right]));
                        csv.write("," + score + ',' + cluster[left] + '\n');
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            } catch (UncheckedIOException e) {
                throw new IOException(e.getCause());
            }
            csv.flush();
        });
    }

    private JsonObject json(IndexInfo info, double least, NearItems items, List<int[]> clusters) {
        NearPairs pairs = items.pairs();
        JsonObject json = new JsonObject();
        json.addProperty("count", items.ids().length);
        json.addProperty("space", info.space().id());
        json.addProperty("distance", info.distance().wireName());
        json.addProperty("least", least);
        json.addProperty("pairs", pairs.count());
        json.addProperty("complete", isComplete(pairs));
        json.addProperty("clusters", clusters.size());
        json.addProperty("inClusters", members(clusters));
        Banding banding = pairs.banding();
        json.addProperty("missed", banding == null ? 0 : MISSED);
        json.addProperty("passedOver", pairs.passedOver());
        if (banding != null) {
            json.addProperty("bands", banding.bands());
            json.addProperty("bitsPerBand", banding.rows());
        }
        JsonArray best = new JsonArray();
        pairs.best(Math.min(limit, LISTED), (left, right, score) -> {
            JsonObject pair = new JsonObject();
            pair.addProperty("left", items.ids()[left]);
            pair.addProperty("right", items.ids()[right]);
            pair.addProperty("score", score);
            best.add(pair);
        });
        json.add("best", best);
        JsonArray largest = new JsonArray();
        for (int[] rows : clusters.subList(0, Math.min(LISTED, clusters.size()))) {
            JsonObject cluster = new JsonObject();
            cluster.addProperty("size", rows.length);
            JsonArray ids = new JsonArray();
            IntStream.of(rows).limit(LISTED).forEach(row -> ids.add(items.ids()[row]));
            cluster.add("ids", ids);
            largest.add(cluster);
        }
        json.add("largest", largest);
        if (out != null) {
            json.addProperty("out", out.toString());
            json.addProperty("written", Math.min(limit, pairs.count()));
        }
        return json;
    }

    /** Whether no more pairs are known of, or likely, than those counted. */
    private static boolean isComplete(NearPairs pairs) {
        return !pairs.isCut() && pairs.passedOver() == 0;
    }

    private static long members(List<int[]> clusters) {
        return clusters.stream().mapToLong(rows -> rows.length).sum();
    }

    private String text(Distance distance, double least, NearItems items, List<int[]> clusters) {
        NearPairs pairs = items.pairs();
        String what = distance == Distance.L2 ? "a distance of at most " + -least : "a cosine of at least " + least;
        Banding banding = pairs.banding();
        String how = banding == null
                ? "every item was compared with every other"
                : "found by %d bands of %d bits: at most %s of the pairs at the threshold are missed, of nearer ones fewer"
                        .formatted(banding.bands(), banding.rows(), Words.percent(MISSED));
        StringBuilder text = new StringBuilder(
                clusters.isEmpty()
                        ? String.format(Locale.ROOT, "No two of %,d items have %s; %s.", items.ids().length, what, how)
                        : String.format(
                                Locale.ROOT,
                                "%s%,d %s of %,d items have %s, in %,d %s of %,d items; %s.",
                                isComplete(pairs) ? "" : "At least ",
                                pairs.count(),
                                pairs.count() == 1 ? "pair" : "pairs",
                                items.ids().length,
                                what,
                                clusters.size(),
                                clusters.size() == 1 ? "cluster" : "clusters",
                                members(clusters),
                                how));
        if (pairs.passedOver() > 0) {
            text.append(
                            "%nMany are in one place: there each was compared with 64 others, and a pair that is not named may still"
                                    .formatted())
                    .append(" be near; clusters chain them.");
        }
        for (int[] rows : clusters.subList(0, Math.min(SHOWN, clusters.size()))) {
            text.append(String.format(Locale.ROOT, "%n%8d  ", rows.length));
            for (int i = 0; i < Math.min(SHOWN_IDS, rows.length); i++) {
                text.append(i == 0 ? "" : "  ").append(Words.line(items.ids()[rows[i]]));
            }
            text.append(rows.length > SHOWN_IDS ? "  …" : "");
        }
        if (clusters.size() > SHOWN) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%,d more %s",
                    clusters.size() - SHOWN,
                    clusters.size() == SHOWN + 1 ? "cluster" : "clusters"));
        }
        if (out != null) {
            text.append(String.format(Locale.ROOT, "%n%s: %,d pairs", out, Math.min(limit, pairs.count())));
        }
        return text.toString();
    }
}
