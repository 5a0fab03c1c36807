package dev.kindred.cli.load;

import dev.kindred.core.Keyed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Contents that nobody has sent before, made of others by a running number: a server that remembers what it has embedded has to compute
 * them. A text ends with the number; a picture has it behind its last byte, where no decoder looks.
 *
 * @param first where the numbers begin; another for each run, or the second would send what the first did
 */
record Fresh(long first) {
    private static final long START = 1_000_000;
    private static final int STARTS = 9_000_000;

    /** Seven digits, so that texts grow by a word alone. */
    static Fresh now() {
        return new Fresh(START + Keyed.of(System.currentTimeMillis()).nextInt(STARTS));
    }

    byte[] content(byte[] content, boolean picture, long n) {
        byte[] number = ((picture ? "" : " ") + (first + n)).getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(content, content.length + number.length);
        System.arraycopy(number, 0, whole, content.length, number.length);
        return whole;
    }
}
