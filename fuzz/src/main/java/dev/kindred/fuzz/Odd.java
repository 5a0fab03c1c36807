package dev.kindred.fuzz;

import dev.kindred.core.Keyed;

/** Values that programs stumble over. */
final class Odd {
    /** Tokens that stand in JSON where a value should; some are none. */
    private static final String[] TOKENS = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1",
        "2147483648",
        "-2147483649",
        "9223372036854775807",
        "9223372036854775808",
        "1e308",
        "-1e308",
        "1e309",
        "1e-400",
        "1e999999999",
        "0.1e",
        "01",
        "+1",
        ".5",
        "5.",
        "1E+2",
        "0x10",
        "NaN",
        "Infinity",
        "-Infinity",
        "nan",
        "1_000",
        "1,5",
        "\"\"",
        "\" \"",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "{\"\":0}",
        "undefined",
        "'x'",
        "\"a",
        "tru",
        "nul",
        "--1",
        "1e",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\x41\"",
        "\"\\",
        "\"\\u12\"",
        "\"\t\"",
        "\"\u202e\"",
        "\"\ufeff\"",
        "/**/1",
        "1//",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "[,]",
        "\"\ud83d\ude00\"",
        "0.000000000000000000000000000001",
        "1" + "0".repeat(400),
        "-" + "9".repeat(5_000),
        "0." + "1".repeat(3_000)
    };

    /** Texts for ids, names, parameters. */
    private static final String[] TEXTS = {
        "",
        " ",
        "a",
        "..",
        "../..",
        "../../etc/passwd",
        "..\\..\\x",
        "/",
        "//",
        "%2e%2e%2f",
        "\u0000",
        "a\u0000b",
        "\n",
        "\r\nSet-Cookie: a=b",
        "\u202etxt",
        "\u0430dmin",
        "\uff41",
        "e\u0301",
        "\ud83d\ude00",
        "\ufeff",
        "'",
        "\"",
        "' OR 1=1 --",
        "*",
        "?",
        "(",
        "[a-z]{1,9999}",
        "${7*7}",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "&amp;",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "gopher://x",
        "-1",
        "0",
        "1e9",
        "9999999999999999999",
        "NaN",
        "true",
        "null",
        "undefined",
        "default",
        "defalt",
        "DEFAULT",
        "default@1",
        "default/",
        "a".repeat(600),
        "\u00e9".repeat(300),
        "con",
        "a|b;c&d",
        "%",
        "%zz",
        "%00",
        "\u0001\u0002",
        "\\",
        "id",
        "label:*",
        "a AND b",
        "\u4e2d\u6587",
        "\u0130",
        "\u00df",
        "\ufb03"
    };

    private Odd() {}

    static String token(Keyed random) {
        int which = random.nextInt(TOKENS.length + 6);
        if (which < TOKENS.length) {
            return TOKENS[which];
        }
        return switch (which - TOKENS.length) {
            case 0 -> nested(random, "[", "]");
            case 1 -> nested(random, "{\"a\":", "}");
            case 2 -> "[" + "0,".repeat(random.nextInt(3_000)) + "0]";
            case 3 -> '"' + "x".repeat(random.nextInt(20_000)) + '"';
            case 4 -> '"' + text(random).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            default -> Long.toString(random.nextLong());
        };
    }

    private static String nested(Keyed random, String open, String close) {
        int depth = random.nextInt(4) == 0 ? 1 + random.nextInt(5_000) : 1 + random.nextInt(80);
        return open.repeat(depth) + "0" + (random.nextInt(3) == 0 ? "" : close.repeat(depth));
    }

    static String text(Keyed random) {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    static byte[] noise(Keyed random, int length) {
        byte[] noise = new byte[length];
        for (int i = 0; i < length; i++) {
            noise[i] = (byte) random.nextInt(256);
        }
        return noise;
    }

    static <T> T one(Keyed random, T[] of) {
        return of[random.nextInt(of.length)];
    }
}
