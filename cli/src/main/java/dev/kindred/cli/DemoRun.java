package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Workers;
import dev.kindred.demo.DemoMeasure;
import dev.kindred.demo.Hands;
import dev.kindred.demo.Icon;
import dev.kindred.demo.IconFamily;
import dev.kindred.demo.IconSplit;
import dev.kindred.demo.Icons;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.media.Pictures;
import dev.kindred.release.Generations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The demo's work: draw, teach, measure, index. What it leaves is the collection {@code default}. */
final class DemoRun {
    private static final long SEED = 1;
    /** Minutes of teaching, so that the whole is done within five, or one. */
    private static final String USUAL_MINUTES = "3.2";

    private static final String QUICK_MINUTES = "0.45";

    private final Run run;
    private final boolean quick;
    private final long began = System.nanoTime();

    DemoRun(Run run, boolean quick) {
        this.run = run;
        this.quick = quick;
    }

    /**
     * What came of it.
     *
     * @param index the live generation's folder
     */
    record Made(Path index, JsonObject json, String text) {}

    Made make() throws IOException, InterruptedException {
        Path folder = run.home().resolve("demo");
        Files.createDirectories(folder);
        Path zip = folder.resolve("icons.zip");
        Path bundleFile = folder.resolve("icons.kindred");
        try (Workers workers = run.workers()) {
            List<IconFamily> families = quick ? IconFamily.quick() : IconFamily.all();
            List<Icon> icons = Icons.draw(workers, run.progress(), families);
            IconSplit split = IconSplit.of(icons, Hands.of(workers, icons), SEED);
            int[] teaching = split.teach(workers);
            Icons.writeZip(zip, workers, split, teaching);
            run.say(String.format(
                    Locale.ROOT,
                    "drew %,d icons of %d families%s; teaching on %,d, never on %,d names and the family %s",
                    icons.size(),
                    families.size(),
                    quick ? " (--quick; all are " + IconFamily.all().size() + ")" : "",
                    teaching.length,
                    split.unseenNames().size(),
                    split.unseenFamily().id()));
            JsonObject taught = new TrainingProcess(run).teach(recipe(zip, bundleFile));
            Bundle bundle = Bundle.open(bundleFile);
            Natives.forEncoding(run.home());
            List<Content.Pixels> pictures = icons.stream().map(Icon::pixels).toList();
            Embeddings embeddings;
            Map<String, DemoMeasure.Figures> figures = new LinkedHashMap<>();
            DemoMeasure measure = new DemoMeasure(split, SEED);
            try (Encoder encoder = bundle.encoder(run.settings().threads());
                    Encoder untrained = bundle.untaught(
                                    EncoderParts.IMAGE, run.settings().threads())
                            .orElseThrow()) {
                embeddings = Encoded.encode(encoder, pictures, "encoding", run.progress());
                figures.put("encoder", measure.measure(workers, embeddings));
                Embeddings raw = Encoded.encode(untrained, pictures, "encoding untrained", run.progress());
                figures.put("untrained", measure.measure(workers, raw));
            }
            figures.put(
                    "pixels",
                    measure.measure(
                            workers,
                            RawPixels.of(pictures.stream()
                                    .map(Content.Pixels::values)
                                    .toList())));
            Path index = index(bundle, icons, embeddings);
            double seconds = (System.nanoTime() - began) / 1e9;
            return new Made(
                    index,
                    json(bundle, figures, icons, families, seconds),
                    text(figures, split, seconds, taught.get("steps").getAsLong()));
        }
    }

    private List<String> recipe(Path zip, Path bundle) {
        return List.of(
                zip.toString(),
                "--out",
                bundle.toString(),
                "--augment",
                "drawing",
                "--minutes",
                quick ? QUICK_MINUTES : USUAL_MINUTES,
                "--seed",
                Long.toString(SEED));
    }

    private Path index(Bundle bundle, List<Icon> icons, Embeddings embeddings) throws IOException {
        Generations generations = new Generations(run.home(), "default");
        Path folder = generations.next(bundle.space().id());
        Stream<Item> items = IntStream.range(0, icons.size()).mapToObj(i -> {
            Icon icon = icons.get(i);
            Map<String, Value> payload = new TreeMap<>();
            payload.put("family", Value.of(icon.family().id()));
            payload.put("name", Value.of(icon.name()));
            payload.put("style", Value.of(icon.style()));
            return new Item(icon.id(), embeddings.row(i), payload, Pictures.png(icon.pixels()));
        });
        new IndexFolder(folder).build(new Subject.OfBundle(bundle), items, icons.size(), run);
        generations.promote(folder);
        return folder;
    }

    private JsonObject json(
            Bundle bundle,
            Map<String, DemoMeasure.Figures> figures,
            List<Icon> icons,
            List<IconFamily> families,
            double seconds) {
        JsonObject json = new JsonObject();
        json.addProperty("seconds", seconds);
        json.addProperty("quick", quick);
        json.addProperty("families", families.size());
        json.addProperty("icons", icons.size());
        JsonObject baselines = new JsonObject();
        figures.forEach((view, measured) -> {
            JsonObject names = recall(measured.unseenNames());
            names.addProperty("twentyWay", measured.twentyWay());
            JsonObject family = recall(measured.unseenFamily());
            if (view.equals("encoder")) {
                json.add("unseenNames", names);
                json.add("unseenFamily", family);
            } else {
                names.add("unseenFamily", family);
                baselines.add(view, names);
            }
        });
        json.add("baselines", baselines);
        json.addProperty("bundle", bundle.id());
        json.addProperty("path", bundle.path().toString());
        return json;
    }

    private static JsonObject recall(DemoMeasure.Recall measured) {
        JsonObject recall = new JsonObject();
        recall.addProperty("1", measured.at1());
        recall.addProperty("5", measured.at5());
        recall.addProperty("10", measured.at10());
        JsonObject json = new JsonObject();
        json.add("recall", recall);
        json.addProperty("queries", measured.queries());
        return json;
    }

    private static String text(Map<String, DemoMeasure.Figures> figures, IconSplit split, double seconds, long steps) {
        StringBuilder text = new StringBuilder();
        text.append("Find the same thing drawn by another hand, of things never taught:\n\n");
        text.append(String.format("%-44s %9s %10s%n", "", "Recall@1", "Recall@10"));
        figures.forEach((view, measured) -> line(
                text, "unseen names (" + split.unseenNames().size() + "), " + spoken(view), measured.unseenNames()));
        figures.forEach((view, measured) -> line(
                text, "unseen family (" + split.unseenFamily().id() + "), " + spoken(view), measured.unseenFamily()));
        if (!isAbove(figures)) {
            text.append(String.format(
                    Locale.ROOT,
                    "%nTeaching had time for %,d steps here, too few to show: try it on a quieter machine.%n",
                    steps));
        }
        text.append(String.format(Locale.ROOT, """

            Done in %s. On pictures of your own, a folder a class:

              ./kindred train photos/ --out photos.kindred
              ./kindred evaluate photos.kindred other-photos/ --report report.html
              ./kindred index build photos.kindred photos/ --out photos.index\
            """, ProgressLine.clock(seconds)));
        return text.toString();
    }

    /** Whether teaching found more than what was there without it. */
    private static boolean isAbove(Map<String, DemoMeasure.Figures> figures) {
        double best = figures.values().stream()
                .mapToDouble(measured -> measured.unseenNames().at1())
                .max()
                .orElse(0);
        DemoMeasure.Figures taught = figures.get("encoder");
        return taught != null && taught.unseenNames().at1() >= best;
    }

    private static void line(StringBuilder text, String what, DemoMeasure.Recall recall) {
        text.append(
                String.format(Locale.ROOT, "%-44s %8.1f%% %9.1f%%%n", what, 100 * recall.at1(), 100 * recall.at10()));
    }

    private static String spoken(String view) {
        return switch (view) {
            case "encoder" -> "taught";
            case "untrained" -> "untrained encoder";
            default -> "raw pixels";
        };
    }
}
