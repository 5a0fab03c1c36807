package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.Arrays;

/**
 * A cheap look before defaults are chosen: up to 512 pictures, drawn by a fixed key, are decoded; counts are of all.
 *
 * @param samples rows of the data set
 * @param classes distinct labels
 * @param medianPerClass samples of the middle class
 * @param sizes of the pictures looked at; those that cannot be decoded are passed over
 */
public record Survey(int samples, int classes, int medianPerClass, PictureSizes sizes) {
    private static final int LOOKS = 512;

    public static Survey of(Dataset data, Workers workers) {
        int[] rows = new int[data.size()];
        Arrays.setAll(rows, i -> i);
        Keyed.of(0x5EEDL, rows.length).shuffle(rows);
        int looks = Math.min(LOOKS, rows.length);
        PictureSizes.Sheet sheet = new PictureSizes.Sheet(looks);
        workers.blocks(looks, 8, (from, to) -> {
            for (int i = from; i < to; i++) {
                try {
                    Content content = data.content(rows[i]);
                    sheet.set(i, content);
                } catch (Refusal bad) {
                    // Loading counts and names it; a survey only looks.
                }
            }
        });
        int[] perClass = Arrays.stream(data.rowsByClass())
                .mapToInt(r -> r.length)
                .sorted()
                .toArray();
        int median = perClass.length == 0 ? 0 : perClass[(perClass.length - 1) / 2];
        return new Survey(data.size(), perClass.length, median, sheet.sizes());
    }
}
