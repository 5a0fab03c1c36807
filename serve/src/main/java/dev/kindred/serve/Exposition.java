package dev.kindred.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What {@code /metrics} says at one moment, read back from its text (Prometheus' exposition format 0.0.4): whoever draws it stands on
 * the same names and labels as everybody outside.
 */
record Exposition(List<Series> series) {
    /** More series than this are not read. */
    private static final int MOST = 20_000;

    record Series(String name, Map<String, String> labels, double value) {}

    /** A timer's or summary's buckets, all of its series together. */
    record Histogram(double[] bounds, double[] counts, double sum, double count) {}

    static Exposition of(String text) {
        List<Series> all = new ArrayList<>();
        int at = 0;
        while (at < text.length() && all.size() < MOST) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            if (end > at && text.charAt(at) != '#') {
                add(text.substring(at, end), all);
            }
            at = end + 1;
        }
        return new Exposition(List.copyOf(all));
    }

    private static void add(String line, List<Series> all) {
        int nameEnd = 0;
        while (nameEnd < line.length() && line.charAt(nameEnd) != '{' && line.charAt(nameEnd) != ' ') {
            nameEnd++;
        }
        Map<String, String> labels = new LinkedHashMap<>();
        int at = nameEnd < line.length() && line.charAt(nameEnd) == '{' ? labels(line, nameEnd + 1, labels) : nameEnd;
        String[] rest = line.substring(Math.min(at, line.length())).trim().split(" ", 2);
        try {
            all.add(new Series(line.substring(0, nameEnd), labels, number(rest[0])));
        } catch (NumberFormatException e) {
            // Not a line that anybody could draw.
        }
    }

    /** Reads {@code name="value",…}} from a place on. @return the place after the brace */
    private static int labels(String line, int from, Map<String, String> labels) {
        int at = from;
        while (at < line.length() && line.charAt(at) != '}') {
            int equals = line.indexOf("=\"", at);
            if (equals < 0) {
                return line.length();
            }
            StringBuilder value = new StringBuilder();
            int i = equals + 2;
            for (; i < line.length() && line.charAt(i) != '"'; i++) {
                char c = line.charAt(i);
                if (c == '\\' && i + 1 < line.length()) {
                    c = line.charAt(++i);
                    c = c == 'n' ? '\n' : c;
                }
                value.append(c);
            }
            labels.put(line.substring(at, equals).trim(), value.toString());
            at = i + 1;
            if (at < line.length() && line.charAt(at) == ',') {
                at++;
            }
        }
        return at + 1;
    }

    private static double number(String value) {
        return switch (value) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(value);
        };
    }

    /** The sum over all series of a name that pass; NaN where none does. */
    double sum(String name, Predicate<Map<String, String>> wanted) {
        double sum = Double.NaN;
        for (Series each : series) {
            if (each.name().equals(name) && wanted.test(each.labels())) {
                sum = Double.isNaN(sum) ? each.value() : sum + each.value();
            }
        }
        return sum;
    }

    double sum(String name) {
        return sum(name, labels -> true);
    }

    /** All series of {@code <name>_bucket} added up; no buckets where there are none. */
    Histogram histogram(String name) {
        Map<Double, Double> counts = new java.util.TreeMap<>();
        for (Series each : series) {
            String bound = each.labels().get("le");
            if (bound != null && each.name().equals(name + "_bucket")) {
                counts.merge(number(bound), each.value(), Double::sum);
            }
        }
        return new Histogram(
                counts.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
                counts.values().stream().mapToDouble(Double::doubleValue).toArray(),
                sum(name + "_sum"),
                sum(name + "_count"));
    }
}
