package dev.kindred.cli.load;

import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.media.Pictures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Contents where nobody gave any: bars, or words without sense. */
final class Drawn {
    private static final int SIDE = 48;
    private static final List<String> WORDS = List.of(
            "red", "small", "wooden", "chair", "with", "four", "legs", "a", "quiet", "street", "near", "the", "river",
            "old", "camera", "lens", "fifty", "of", "steel", "garden", "in", "rain", "child", "runs", "for", "bus",
            "paper", "box", "and", "blue", "lamp", "on", "table");

    private Drawn() {}

    static List<byte[]> contents(Keyed random, boolean pictures, int count) {
        List<byte[]> drawn = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            drawn.add(pictures ? picture(random) : words(random).getBytes(StandardCharsets.UTF_8));
        }
        return drawn;
    }

    /** Dark bars on light ground. */
    private static byte[] picture(Keyed random) {
        byte[] levels = new byte[SIDE * SIDE];
        Arrays.fill(levels, (byte) 240);
        for (int bar = 0; bar < 4; bar++) {
            int left = random.nextInt(SIDE - 8);
            int top = random.nextInt(SIDE - 8);
            int width = 4 + random.nextInt(SIDE - left - 4);
            int height = 4 + random.nextInt(SIDE - top - 4);
            byte level = (byte) random.nextInt(200);
            for (int y = top; y < top + height; y++) {
                Arrays.fill(levels, y * SIDE + left, y * SIDE + left + width, level);
            }
        }
        return Pictures.png(new Content.Pixels(SIDE, SIDE, 1, levels));
    }

    private static String words(Keyed random) {
        int count = 4 + random.nextInt(9);
        List<String> text = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            text.add(WORDS.get(random.nextInt(WORDS.size())));
        }
        return String.join(" ", text);
    }
}
