package dev.kindred.fuzz;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** How often each route was reached and answered with which code, as the server itself counts it. */
public final class Table {
    private final SortedMap<String, SortedMap<Integer, Long>> counts = new TreeMap<>();

    /** @param metrics in Prometheus' text form */
    static Table of(String metrics) {
        Table table = new Table();
        metrics.lines()
                .filter(line -> line.startsWith("kindred_requests_total{"))
                .forEach(table::add);
        return table;
    }

    private void add(String line) {
        String route = label(line, "route");
        String code = label(line, "code");
        int end = line.lastIndexOf('}');
        if (!code.isEmpty() && end > 0) {
            String[] value = line.substring(end + 1).strip().split(" ");
            counts.computeIfAbsent(route, name -> new TreeMap<>())
                    .merge(Integer.parseInt(code), Math.round(Double.parseDouble(value[0])), Long::sum);
        }
    }

    private static String label(String line, String name) {
        int from = line.indexOf(name + "=\"");
        if (from < 0) {
            return "";
        }
        int start = from + name.length() + 2;
        return line.substring(start, line.indexOf('"', start));
    }

    /** Answers of this code or above. */
    long atLeast(int code, int but) {
        return counts.values().stream()
                .flatMap(codes -> codes.entrySet().stream())
                .filter(entry -> entry.getKey() >= code && entry.getKey() != but)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Answers of this very code. */
    public long of(int code) {
        return counts.values().stream()
                .mapToLong(codes -> codes.getOrDefault(code, 0L))
                .sum();
    }

    /** The patterns of addresses that were reached. */
    public List<String> routes() {
        return List.copyOf(counts.keySet());
    }

    /** Routes down, codes across. */
    public List<String> lines() {
        TreeSet<Integer> codes = new TreeSet<>();
        counts.values().forEach(each -> codes.addAll(each.keySet()));
        int width = counts.keySet().stream().mapToInt(String::length).max().orElse(5);
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(padded("route", width));
        codes.forEach(code -> head.append(right(code.toString())));
        lines.add(head.toString());
        counts.forEach((route, each) -> {
            StringBuilder line = new StringBuilder(padded(route, width));
            codes.forEach(code ->
                    line.append(right(each.containsKey(code) ? each.get(code).toString() : "")));
            lines.add(line.toString());
        });
        return lines;
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String right(String text) {
        return " ".repeat(Math.max(1, 9 - text.length())) + text;
    }

    public JsonObject json() {
        JsonObject json = new JsonObject();
        counts.forEach((route, each) -> {
            JsonObject codes = new JsonObject();
            each.forEach((code, count) -> codes.addProperty(code.toString(), count));
            json.add(route, codes);
        });
        return json;
    }
}
