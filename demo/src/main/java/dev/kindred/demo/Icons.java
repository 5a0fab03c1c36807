package dev.kindred.demo;

import dev.kindred.core.Content;
import dev.kindred.core.Hashes;
import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Draws icon families from their fonts' outlines; no font of the system and no graphics toolkit takes part. */
public final class Icons {
    /** Pixels a side. */
    public static final int SIDE = 48;

    /** White left on the two sides that an icon touches, in pixels. */
    private static final double MARGIN = 3;

    /** Of the sizes that a drawing comes in, the one nearest to this is taken. */
    private static final int PREFERRED_SIZE = 24;

    private Icons() {}

    /**
     * Every icon of the families that is no brand's logo, ordered by family, then by id. The same families give the same icons and
     * bytes, whatever the number of workers.
     */
    public static List<Icon> draw(Workers workers, Progress progress, List<IconFamily> families) {
        IconNames names = IconNames.bundled();
        List<Sketch> sketches = new ArrayList<>();
        List<Glyphs.Font> fonts = Glyphs.of(families);
        int total = fonts.stream().mapToInt(font -> font.glyphs().size()).sum();
        AtomicInteger done = new AtomicInteger();
        List<List<Sketch>> ofFonts = fonts.stream()
                .map(font -> (List<Sketch>) new ArrayList<Sketch>())
                .toList();
        workers.blocks(fonts.size(), 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                ofFonts.get(i).addAll(sketch(fonts.get(i), names));
                progress.at("drawing", done.addAndGet(fonts.get(i).glyphs().size()) / 2, total, "");
            }
        });
        ofFonts.forEach(sketches::addAll);
        sketches.sort(Comparator.comparing((Sketch sketch) -> sketch.family())
                .thenComparing(sketch -> sketch.named().key()));
        Icon[] icons = new Icon[sketches.size()];
        AtomicInteger drawn = new AtomicInteger();
        workers.blocks(icons.length, 256, (from, to) -> {
            for (int i = from; i < to; i++) {
                icons[i] = sketches.get(i).draw();
            }
            progress.at(
                    "drawing",
                    total / 2 + (long) drawn.addAndGet(to - from) * (total - total / 2) / icons.length,
                    total,
                    "");
        });
        return List.of(icons);
    }

    /** SHA-256 in hex over ids, names, styles and pixels, in order. */
    public static String fingerprint(List<Icon> icons) {
        MessageDigest digest = Hashes.sha256();
        for (Icon icon : icons) {
            digest.update(
                    (icon.id() + "\t" + icon.name() + "\t" + icon.style() + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(icon.pixels().values());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Writes some rows of a split as a data set for {@code kindred train}: {@code <name>/<family>~<hand>~<glyph>.png} in a zip, labelled by
     * folder. The same icons give the same bytes.
     *
     * @param rows e.g. {@link IconSplit#teach}
     */
    public static void writeZip(Path zip, Workers workers, IconSplit split, int[] rows) {
        IconZip.write(zip, workers, split, rows);
    }

    private record Sketch(IconFamily family, IconNames.Named named, Outline outline) {
        Icon draw() {
            Content.Pixels pixels = Raster.draw(outline.fitted(SIDE, MARGIN), SIDE);
            return new Icon(family.id() + "/" + named.key(), family, named.name(), named.style(), pixels);
        }
    }

    /** The drawable glyphs of one font that are no logos, each drawing in one size. */
    private static List<Sketch> sketch(Glyphs.Font font, IconNames names) {
        List<Outline> outlines = font.outlines();
        Map<String, Sketch> drawings = new LinkedHashMap<>();
        for (int i = 0; i < outlines.size(); i++) {
            Glyphs.Glyph glyph = font.glyphs().get(i);
            Optional<IconNames.Named> named = names.read(glyph.family(), glyph.description());
            if (named.isPresent() && outlines.get(i).drawable()) {
                drawings.merge(
                        named.get().drawing(),
                        new Sketch(glyph.family(), named.get(), outlines.get(i)),
                        (one, other) -> offSize(other) < offSize(one) ? other : one);
            }
        }
        return List.copyOf(drawings.values());
    }

    private static int offSize(Sketch sketch) {
        return Math.abs(sketch.named().size() - PREFERRED_SIZE);
    }
}
