package dev.kindred.fuzz;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How far spoiled requests got, for each route that they began as: the codes they were answered with, how many were read whole before
 * anything was said of them, and for how many reasons they were refused. Safe for many threads.
 */
public final class Reached {
    /** What is said of requests that nobody could read. */
    private static final Pattern UNREAD = Pattern.compile("not JSON|JSON ends too soon|JSON object is wanted|not valid"
            + " UTF-8|stands twice|too deep|there is nothing here|cannot be read: send|not done with that method"
            + "|no lines come as|is larger than|too large");

    private static final Pattern OWN = Pattern.compile("'[^']*'|\"[^\"]*\"|[0-9]+");
    private static final int MOST_REASONS = 200;
    private static final int LONGEST = 70;
    /** Fewer say nothing. */
    private static final int FEWEST = 40;

    /** Of one route. */
    private static final class Count {
        final SortedMap<String, Long> codes = new TreeMap<>();
        final Map<String, Long> reasons = new TreeMap<>();
        long answers;
        long read;
    }

    private final SortedMap<String, Count> counts = new TreeMap<>();

    synchronized void add(Case asked, Reply reply) {
        if (asked.number() < 0
                || asked.family().equals("valid")
                || asked.family().endsWith("sound")) {
            return;
        }
        Count count = counts.computeIfAbsent(asked.route(), _ -> new Count());
        count.answers++;
        String code = reply.code() + (reply.rpc() > 0 ? "/" + reply.rpc() : "");
        count.codes.merge(code, 1L, Long::sum);
        if (reply.isWell()) {
            count.read++;
            return;
        }
        Optional<String> reason = reason(reply);
        boolean said = reply.rpc() > 0
                || reply.code() == 400
                || reply.code() == 404
                || reply.code() == 409
                || reply.code() == 422;
        if (said && reason.isPresent() && !UNREAD.matcher(reason.get()).find()) {
            count.read++;
        }
        String words = reason.orElse("nothing is said");
        if (count.reasons.containsKey(words) || count.reasons.size() < MOST_REASONS) {
            count.reasons.merge(words, 1L, Long::sum);
        }
    }

    /** Why it was refused, without what is its own each time. */
    private static Optional<String> reason(Reply reply) {
        String words = reply.header("grpc-message");
        if (words.isEmpty()) {
            words = detail(reply.text());
        }
        if (words.isEmpty()) {
            return Optional.empty();
        }
        String common = OWN.matcher(words).replaceAll("…");
        return Optional.of(common.length() <= LONGEST ? common : common.substring(0, LONGEST));
    }

    private static String detail(String text) {
        try {
            if (!(JsonParser.parseString(text) instanceof JsonObject json)) {
                return "";
            }
            return json.get("error") instanceof JsonObject error
                    ? text(error, "message")
                    : text(json, json.has("detail") ? "detail" : "error");
        } catch (JsonParseException e) {
            // No JSON, as a page of the console is none: it gives no reason.
            return "";
        }
    }

    private static String text(JsonObject json, String name) {
        return json.get(name) instanceof JsonPrimitive text ? text.getAsString() : "";
    }

    /** Spoiled requests to this route that were read whole. */
    public synchronized long read(String route) {
        Count count = counts.get(route);
        return count == null ? 0 : count.read;
    }

    public synchronized List<String> routes() {
        return List.copyOf(counts.keySet());
    }

    /** Routes of which enough was asked and nothing was ever read. */
    synchronized List<String> unread() {
        return counts.entrySet().stream()
                .filter(each -> each.getValue().answers >= FEWEST && each.getValue().read == 0)
                .map(each -> each.getKey() + ": none of " + each.getValue().answers + " was read, most often "
                        + commonest(each.getValue()))
                .toList();
    }

    private static String commonest(Count count) {
        return count.reasons.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(most -> most.getKey() + " (" + most.getValue() + ")")
                .orElse("not refused");
    }

    /** A line a route. */
    public synchronized List<String> lines() {
        int width = counts.keySet().stream().mapToInt(String::length).max().orElse(5);
        List<String> lines = new ArrayList<>();
        counts.forEach((route, count) -> {
            StringBuilder codes = new StringBuilder();
            count.codes.forEach(
                    (code, times) -> codes.append(' ').append(code).append('×').append(times));
            lines.add(route + " ".repeat(width - route.length()) + "  answered " + count.answers + ", read "
                    + count.read + ", reasons " + count.reasons.size() + ":" + codes + "; most often "
                    + commonest(count));
        });
        return lines;
    }

    public synchronized JsonObject json() {
        JsonObject json = new JsonObject();
        counts.forEach((route, count) -> {
            JsonObject one = new JsonObject();
            one.addProperty("answered", count.answers);
            one.addProperty("read", count.read);
            one.addProperty("reasons", count.reasons.size());
            JsonObject codes = new JsonObject();
            count.codes.forEach(codes::addProperty);
            one.add("codes", codes);
            json.add(route, one);
        });
        return json;
    }
}
