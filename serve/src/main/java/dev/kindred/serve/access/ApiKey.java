package dev.kindred.serve.access;

import dev.kindred.core.Hashes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * An API key: {@code kin_}, 256 random bits as 43 digits of base 62, and their CRC-32 as 6 more. The prefix lets scanners of code and
 * logs find a leaked one; the checksum tells a mistyped one from one that was never made, without looking it up.
 *
 * <p>What is kept of it is its SHA-256. Slow hashes (bcrypt, Argon2) are for what people choose, of which there are few enough to be
 * tried one by one; 2<sup>256</sup> keys are not, so that a fast hash is as safe and a request is not kept waiting.
 */
public final class ApiKey {
    public static final String PREFIX = "kin_";

    private static final int RANDOM_BYTES = 32;
    private static final int DIGITS = 43;
    private static final int CHECK_DIGITS = 6;
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(ALPHABET.length());
    /** Whole, or so much of one that the rest could be guessed. */
    private static final Pattern ANY = Pattern.compile(PREFIX + "[0-9A-Za-z]{20,}");

    /** The least number of ten digits of base 36. */
    private static final long LEAST_ID = 101_559_956_668_416L;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String text;

    private ApiKey(String text) {
        this.text = text;
    }

    /** What a text that was shown as a key turned out to be, before it is looked up. */
    public enum Form {
        WHOLE,
        /** It begins as a key does, but is cut short or has a wrong letter. */
        MISTYPED,
        FOREIGN
    }

    /** A new one. */
    public static ApiKey make() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        String digits = digits(new BigInteger(1, bytes), DIGITS);
        return new ApiKey(PREFIX + digits + check(digits));
    }

    /** An id for a new key: ten letters and digits that say nothing of it. */
    public static String makeId() {
        return Long.toString(RANDOM.nextLong(LEAST_ID, LEAST_ID * 36), 36);
    }

    public static Form form(String shown) {
        if (!shown.startsWith(PREFIX)) {
            return Form.FOREIGN;
        }
        if (shown.length() != PREFIX.length() + DIGITS + CHECK_DIGITS) {
            return Form.MISTYPED;
        }
        int end = PREFIX.length() + DIGITS;
        return check(shown.substring(PREFIX.length(), end)).equals(shown.substring(end)) ? Form.WHOLE : Form.MISTYPED;
    }

    /** A text in which somebody put a key by mistake, without it. */
    public static String withoutKeys(String text) {
        return text.contains(PREFIX) ? ANY.matcher(text).replaceAll(PREFIX + "…") : text;
    }

    /** SHA-256 of a key's text. */
    public static byte[] hash(String shown) {
        return Hashes.sha256().digest(shown.getBytes(StandardCharsets.UTF_8));
    }

    private static String check(String digits) {
        CRC32 crc = new CRC32();
        crc.update(digits.getBytes(StandardCharsets.UTF_8));
        return digits(BigInteger.valueOf(crc.getValue()), CHECK_DIGITS);
    }

    private static String digits(BigInteger number, int length) {
        char[] digits = new char[length];
        BigInteger rest = number;
        for (int i = length - 1; i >= 0; i--) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            digits[i] = ALPHABET.charAt(parts[1].intValue());
            rest = parts[0];
        }
        return new String(digits);
    }

    /** To be shown once, to whoever asked for it. */
    public String reveal() {
        return text;
    }

    public byte[] hash() {
        return hash(text);
    }

    /** Not the key: it must be asked for by name to get anywhere. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
