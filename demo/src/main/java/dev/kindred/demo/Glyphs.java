package dev.kindred.demo;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.kordamp.ikonli.Ikon;
import org.kordamp.ikonli.IkonHandler;
import org.kordamp.ikonli.IkonProvider;

/** The fonts on the class path: which glyphs they name, and their outlines. Ikonli registers both by {@link ServiceLoader}. */
final class Glyphs {
    private static final String PACKS = "org.kordamp.ikonli.";

    /** Fontbox warns of tables that icon fonts lack and that outlines do without. Held, or the level is forgotten with the logger. */
    private static final Logger FONTBOX = Logger.getLogger("org.apache.fontbox");

    static {
        FONTBOX.setLevel(Level.SEVERE);
    }

    private Glyphs() {}

    /**
     * A named glyph.
     *
     * @param description as the pack has it, e.g. {@code fth-trash-2}
     * @param code the code point in its font
     */
    record Glyph(IconFamily family, String description, int code) {}

    /** One font file and its named glyphs, in the order of their descriptions. */
    record Font(IkonHandler file, List<Glyph> glyphs) {

        /**
         * The glyphs' outlines, in order, flattened to a 4000th of the em: finer than a hundredth of a pixel at 48.
         */
        List<Outline> outlines() {
            try (InputStream in = file.getFontResourceAsStream();
                    TrueTypeFont font = new TTFParser().parse(new RandomAccessReadBuffer(in))) {
                CmapLookup codes = font.getUnicodeCmapLookup();
                double tolerance = font.getUnitsPerEm() / 4000.0;
                List<Outline> outlines = new ArrayList<>(glyphs.size());
                for (Glyph glyph : glyphs) {
                    var data = font.getGlyph().getGlyph(codes.getGlyphId(glyph.code()));
                    outlines.add(data == null ? new Outline(List.of()) : Outline.of(data.getPath(), tolerance));
                }
                return outlines;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(
                        "the font of " + glyphs.getFirst().family().id() + " cannot be read", e);
            }
        }
    }

    /** The fonts of the families, ordered by family and by their first glyph. */
    static List<Font> of(List<IconFamily> families) {
        Map<String, IconFamily> wanted = new LinkedHashMap<>();
        families.forEach(family -> wanted.put(family.id(), family));
        List<IkonHandler> handlers = new ArrayList<>();
        ServiceLoader.load(IkonHandler.class).forEach(handlers::add);
        Map<String, Font> fonts = new LinkedHashMap<>();
        for (IkonProvider<?> provider : ServiceLoader.load(IkonProvider.class)) {
            Class<? extends Ikon> type = provider.getIkon();
            IconFamily family = wanted.get(pack(type));
            if (family == null) {
                continue;
            }
            for (Ikon ikon : type.getEnumConstants()) {
                IkonHandler handler = handlers.stream()
                        .filter(each ->
                                pack(each.getClass()).equals(family.id()) && each.supports(ikon.getDescription()))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("no font draws " + ikon.getDescription()));
                // Large packs spread one font over several enums, each with a handler of its own.
                fonts.computeIfAbsent(
                                String.valueOf(handler.getFontResource()), path -> new Font(handler, new ArrayList<>()))
                        .glyphs()
                        .add(new Glyph(family, ikon.getDescription(), ikon.getCode()));
            }
        }
        for (Font font : fonts.values()) {
            font.glyphs().sort(Comparator.comparing(Glyph::description));
        }
        return fonts.values().stream()
                .sorted(Comparator.comparing(
                                (Font font) -> font.glyphs().getFirst().family())
                        .thenComparing(font -> font.glyphs().getFirst().description()))
                .toList();
    }

    private static String pack(Class<?> type) {
        String name = type.getPackageName();
        return name.startsWith(PACKS) ? name.substring(PACKS.length()) : "";
    }
}
