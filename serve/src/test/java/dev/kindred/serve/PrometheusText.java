package dev.kindred.serve;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Prometheus' text form as its specification has it and refuses what is not in it: written from the specification, without the
 * library that writes it.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">PrometheusText formats</a>
 */
final class PrometheusText {
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)");
    private static final Pattern LABEL =
            Pattern.compile("\\G([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

    /** One sample. */
    record Sample(String name, Map<String, String> labels, double value) {}

    private final Map<String, String> types = new TreeMap<>();
    private final Set<String> helps = new HashSet<>();
    private final List<Sample> samples = new ArrayList<>();

    PrometheusText(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line must end in a line feed");
        }
        Set<String> closed = new HashSet<>();
        Set<Object> seen = new HashSet<>();
        String family = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("# HELP ")) {
                String name = line.split(" ", 4)[2];
                require(helps.add(name), line);
                require(line.split(" ", 4).length == 4, line);
            } else if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                require(words.length == 4 && types.put(words[2], words[3]) == null, line);
                require(closed.add(words[2]), line);
                family = words[2];
            } else {
                Sample sample = sample(line);
                // Samples of one family stand together, below its type.
                require(belongs(sample.name(), family, types.getOrDefault(family, "")), line);
                require(seen.add(List.of(sample.name(), sample.labels())), "twice: " + line);
                samples.add(sample);
            }
        }
        types.keySet().forEach(name -> require(helps.contains(name), "no help of " + name));
        histograms();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static boolean belongs(String sample, String family, String type) {
        return switch (type) {
            case "histogram" ->
                Set.of(family + "_bucket", family + "_sum", family + "_count").contains(sample);
            case "summary" -> Set.of(family, family + "_sum", family + "_count").contains(sample);
            case "counter" -> sample.equals(family) && family.endsWith("_total");
            case "gauge" -> sample.equals(family);
            default -> false;
        };
    }

    private static Sample sample(String line) {
        Matcher matcher = SAMPLE.matcher(line);
        require(matcher.matches(), line);
        Map<String, String> labels = new TreeMap<>();
        String inside = matcher.group(2);
        if (inside != null) {
            Matcher label = LABEL.matcher(inside);
            int end = 0;
            while (label.find()) {
                require(labels.put(label.group(1), label.group(2)) == null, line);
                end = label.end();
            }
            require(end == inside.length(), line);
        }
        return new Sample(matcher.group(1), labels, number(matcher.group(3)));
    }

    private static double number(String text) {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** Buckets rise with their bounds, and the last holds all. */
    private void histograms() {
        types.forEach((name, type) -> {
            if (type.equals("histogram")) {
                Map<Map<String, String>, TreeMap<Double, Double>> all = new java.util.HashMap<>();
                for (Sample sample : samples) {
                    if (sample.name().equals(name + "_bucket")) {
                        Map<String, String> labels = new TreeMap<>(sample.labels());
                        double bound = number(labels.remove("le"));
                        all.computeIfAbsent(labels, key -> new TreeMap<>()).put(bound, sample.value());
                    }
                }
                all.forEach((labels, buckets) -> {
                    double before = 0;
                    for (double count : buckets.values()) {
                        require(count >= before, name + labels + " falls");
                        before = count;
                    }
                    require(buckets.lastKey() == Double.POSITIVE_INFINITY, name + labels + " has no end");
                    require(value(name + "_count", labels) == before, name + labels + " counts otherwise");
                });
            }
        });
    }

    String type(String family) {
        return types.getOrDefault(family, "");
    }

    Set<String> families() {
        return types.keySet();
    }

    List<Sample> of(String name) {
        return samples.stream().filter(sample -> sample.name().equals(name)).toList();
    }

    /** The only sample of this name that has these labels among its own. */
    double value(String name, Map<String, String> labels) {
        List<Sample> found = of(name).stream()
                .filter(sample -> sample.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
        require(found.size() == 1, name + labels + ": " + found);
        return found.getFirst().value();
    }

    int size() {
        return samples.size();
    }
}
