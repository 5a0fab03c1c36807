package dev.kindred.data;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Exact duplicates that stand on both sides of a split, where they would flatter every figure. */
public final class Duplicates {
    private Duplicates() {}

    /**
     * @param validation the row held out
     * @param train the first row with the same picture that is taught
     * @param sameBytes the files are equal; otherwise only their decoded pixels are
     */
    public record Duplicate(int validation, int train, boolean sameBytes) {
        /** Both named, on one line. */
        public String line(Dataset data) {
            return "%s is the same picture as %s%s"
                    .formatted(
                            data.entry(validation).id(),
                            data.entry(train).id(),
                            sameBytes ? "" : " (the files differ)");
        }
    }

    /**
     * One for each held-out row whose picture is also taught, by row. What {@link Loading} has seen is not decoded
     * again.
     */
    public static List<Duplicate> across(Dataset data, Split split) {
        Map<ByteBuffer, Integer> byBytes = new HashMap<>();
        Map<ByteBuffer, Integer> byPixels = new HashMap<>();
        for (int row : split.train()) {
            byte[] bytes = data.item(row).bytesHash();
            byte[] pixels = data.item(row).pixelsHash();
            if (bytes != null) {
                byBytes.putIfAbsent(ByteBuffer.wrap(bytes), row);
            }
            if (pixels != null) {
                byPixels.putIfAbsent(ByteBuffer.wrap(pixels), row);
            }
        }
        List<Duplicate> found = new ArrayList<>();
        for (int row : split.validation()) {
            byte[] bytes = data.item(row).bytesHash();
            byte[] pixels = data.item(row).pixelsHash();
            Integer sameBytes = bytes == null ? null : byBytes.get(ByteBuffer.wrap(bytes));
            Integer samePixels = pixels == null ? null : byPixels.get(ByteBuffer.wrap(pixels));
            if (sameBytes != null) {
                found.add(new Duplicate(row, sameBytes, true));
            } else if (samePixels != null) {
                found.add(new Duplicate(row, samePixels, false));
            }
        }
        return found;
    }
}
