package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.metric.Proportion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which of these candidates is the same as the query, one example of each? An answer is right when the right candidate alone scores
 * highest: a tie is an error, so that an encoder which makes all alike gets none right.
 */
public final class OneShotTask {
    private OneShotTask() {}

    /**
     * @param query a row
     * @param candidates rows
     * @param match the index of the right candidate
     */
    public record Trial(String name, int query, int[] candidates, int match) {
        public Trial {
            if (candidates.length < 2 || match < 0 || match >= candidates.length) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "candidate %d of %d", match, candidates.length));
            }
        }
    }

    /**
     * What one view made of the trials.
     *
     * @param margins for each trial the score of the right candidate minus that of the best wrong one; right when above 0
     */
    record Answers(double[] margins) {
        Proportion right() {
            long right = java.util.Arrays.stream(margins).filter(m -> m > 0).count();
            return new Proportion(right, margins.length);
        }
    }

    record ByValue(String value, Proportion right) {}

    /** @param by the attribute (of the query) of the table, or null */
    public record Result(
            Samples samples,
            List<Trial> trials,
            Answers encoder,
            Map<String, Answers> baselines,
            @Nullable String by,
            List<ByValue> byValue) {

        public int way() {
            return trials.stream().mapToInt(t -> t.candidates().length).max().orElseThrow();
        }

        public Proportion right() {
            return encoder.right();
        }

        Map<String, Answers> views() {
            Map<String, Answers> views = new LinkedHashMap<>();
            views.put("encoder", encoder);
            views.putAll(baselines);
            return views;
        }

        /** As DESIGN §4: {@code {"task","way","trials","accuracy","interval":[lo,hi]}}, and the same of each baseline. */
        public JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("task", "oneshot");
            json.addProperty("way", way());
            json.addProperty("trials", trials.size());
            add(json, encoder.right());
            JsonObject beside = new JsonObject();
            baselines.forEach((name, answers) -> {
                JsonObject figures = new JsonObject();
                add(figures, answers.right());
                beside.add(name, figures);
            });
            json.add("baselines", beside);
            if (by != null) {
                JsonObject values = new JsonObject();
                for (ByValue row : byValue) {
                    JsonObject figures = new JsonObject();
                    figures.addProperty("trials", row.right().trials());
                    add(figures, row.right());
                    values.add(row.value(), figures);
                }
                JsonObject byJson = new JsonObject();
                byJson.addProperty("attribute", by);
                byJson.add("values", values);
                json.add("by", byJson);
            }
            return json;
        }

        private static void add(JsonObject json, Proportion right) {
            json.addProperty("accuracy", right.value());
            json.add("interval", FigureJson.interval(right.interval()));
        }

        /** For people. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(
                    Locale.ROOT, "one-shot: %,d trials, %d ways (chance %.1f%%)", trials.size(), way(), 100.0 / way()));
            views().forEach((name, answers) -> lines.add(String.format(
                    Locale.ROOT,
                    "%-20s %5.1f%%   95%%: %s",
                    Views.spoken(name),
                    100 * answers.right().value(),
                    Spoken.range(answers.right().interval()))));
            for (ByValue row : byValue) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%-28s %6d trials %5.1f%%",
                        by + "=" + row.value(),
                        row.right().trials(),
                        100 * row.right().value()));
            }
            return lines;
        }
    }

    public static Result run(Samples samples, Views views, List<Trial> trials, @Nullable String by) {
        if (trials.isEmpty()) {
            throw new Refusal("there is no trial", "oneshot", "draw or give at least one");
        }
        if (by != null) {
            samples.values(by);
        }
        Answers encoder = answers(views.encoder(), trials);
        Map<String, Answers> baselines = new LinkedHashMap<>();
        views.baselines().forEach((name, view) -> baselines.put(name, answers(view, trials)));
        return new Result(samples, List.copyOf(trials), encoder, baselines, by, byValue(samples, trials, encoder, by));
    }

    private static List<ByValue> byValue(Samples samples, List<Trial> trials, Answers answers, @Nullable String by) {
        if (by == null) {
            return List.of();
        }
        Map<String, int[]> counts = new TreeMap<>();
        for (int t = 0; t < trials.size(); t++) {
            String value = samples.value(trials.get(t).query(), by);
            if (value != null) {
                int[] count = counts.computeIfAbsent(value, v -> new int[2]);
                count[0] += answers.margins()[t] > 0 ? 1 : 0;
                count[1]++;
            }
        }
        List<ByValue> rows = new ArrayList<>();
        counts.forEach((value, count) -> rows.add(new ByValue(value, new Proportion(count[0], count[1]))));
        return rows;
    }

    private static Answers answers(Embeddings view, List<Trial> trials) {
        double[] margins = new double[trials.size()];
        for (int t = 0; t < margins.length; t++) {
            Trial trial = trials.get(t);
            double right = 0;
            double wrong = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < trial.candidates().length; c++) {
                double score = view.score(trial.query(), trial.candidates()[c]);
                if (c == trial.match()) {
                    right = score;
                } else {
                    wrong = Math.max(wrong, score);
                }
            }
            margins[t] = right - wrong;
        }
        return new Answers(margins);
    }
}
