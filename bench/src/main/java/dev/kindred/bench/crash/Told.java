package dev.kindred.bench.crash;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a writer told until it died, as lines: {@code opened}, {@code begin NUMBER +ID -ID …} before a write, {@code ack NUMBER SEQUENCE}
 * after it, {@code failed WHY}. A line ends with {@link #END}, so that one cut short is none.
 *
 * @param writes in the order in which they began
 * @param opened whether the store was open
 * @param failures what the writer itself complained of
 */
record Told(List<Write> writes, boolean opened, List<String> failures) {
    private static final String END = " .";

    Told {
        writes = List.copyOf(writes);
        failures = List.copyOf(failures);
    }

    /**
     * @param after the greatest sequence number that was acknowledged before it began
     * @param acknowledged the sequence number of its last change; empty where it was not acknowledged
     */
    record Write(Deed deed, long after, OptionalLong acknowledged) {}

    static String opening() {
        return "opened" + END;
    }

    static String begin(Deed deed) {
        StringBuilder line = new StringBuilder("begin ").append(deed.number());
        deed.steps().forEach(step -> line.append(' ').append(step));
        return line.append(END).toString();
    }

    static String acknowledged(Deed deed, long sequence) {
        return "ack " + deed.number() + " " + sequence + END;
    }

    static String failed(Throwable why) {
        return "failed " + String.valueOf(why).replace('\n', ' ') + END;
    }

    /** Whether a line tells something that is over: that the store is open, or a write acknowledged. */
    static boolean isAnswer(byte[] line) {
        String text = new String(line, StandardCharsets.UTF_8);
        return text.endsWith(END + "\n") && (text.startsWith("opened ") || text.startsWith("ack "));
    }

    static Told of(List<String> lines) {
        Map<Long, Write> writes = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        boolean opened = false;
        long last = 0;
        for (String line : lines) {
            if (!line.endsWith(END)) {
                continue;
            }
            List<String> words = List.of(line.split(" "));
            switch (words.getFirst()) {
                case "opened" -> opened = true;
                case "begin" -> {
                    Deed deed = deed(words);
                    writes.put(deed.number(), new Write(deed, last, OptionalLong.empty()));
                }
                case "ack" -> {
                    long sequence = Long.parseLong(words.get(2));
                    writes.computeIfPresent(
                            Long.valueOf(words.get(1)),
                            (number, write) -> new Write(write.deed(), write.after(), OptionalLong.of(sequence)));
                    last = Math.max(last, sequence);
                }
                default -> failures.add(line);
            }
        }
        return new Told(List.copyOf(writes.values()), opened, failures);
    }

    private static Deed deed(List<String> words) {
        List<Deed.Step> steps = words.subList(2, words.size() - 1).stream()
                .map(word -> new Deed.Step(word.startsWith("+"), word.substring(1)))
                .toList();
        return new Deed(Long.parseLong(words.get(1)), steps);
    }

    long acknowledged() {
        return writes.stream().filter(write -> write.acknowledged().isPresent()).count();
    }

    /** Whether a write had begun and nobody was told how it ended. */
    boolean isWriting() {
        return acknowledged() < writes.size();
    }
}
