package dev.kindred.data;

import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A zip read in place. Its directory is judged before any entry is: names that lead outside, names told twice,
 * entries that overlap or that would inflate beyond reason refuse it whole. An entry gives no more bytes than it
 * declares, and its checksum is verified.
 */
final class Archive {
    private static final int MAX_ENTRIES = 5_000_000;
    /**
     * What a zip's pictures may inflate to in all: the larger of a gibibyte and 100 times the file. Deflate's own
     * limit is 1,032.
     */
    private static final long ALWAYS_FINE = 1L << 30;

    private static final long MAX_RATIO = 100;

    private final Path path;
    private final ZipFile zip;
    private final List<ZipEntry> pictures = new ArrayList<>();

    private Archive(Path path, ZipFile zip) {
        this.path = path;
        this.zip = zip;
    }

    static boolean named(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".zip");
    }

    @SuppressWarnings(
            "resource") // stays open as long as its entries are read; the JDK closes it when nobody can reach it
    static Archive open(Path path) {
        Archive archive = new Archive(path, zipFile(path));
        archive.judge();
        return archive;
    }

    private static ZipFile zipFile(Path path) {
        try {
            return new ZipFile(path.toFile());
        } catch (ZipException e) {
            // Names of old zips are in the code page of the PC; the JDK takes UTF-8 only unless told.
            if (Charset.isSupported("IBM437")) {
                try {
                    return new ZipFile(path.toFile(), Charset.forName("IBM437"));
                } catch (IOException again) {
                    e.addSuppressed(again);
                }
            }
            throw new Refusal(
                    "is not a whole zip (" + Origin.reason(e) + ")", path.toString(), "download or write it again", e);
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be read (" + Origin.reason(e) + ")",
                    path.toString(),
                    "check the file and its permissions",
                    e);
        }
    }

    private void judge() {
        if (zip.size() > MAX_ENTRIES) {
            throw refuse("has %,d entries, more than %,d".formatted(zip.size(), MAX_ENTRIES));
        }
        long length = path.toFile().length();
        long packed = 0;
        long inflated = 0;
        Set<String> names = new HashSet<>();
        for (ZipEntry entry : zip.stream().toList()) {
            String name = name(entry);
            if (leadsOutside(name)) {
                throw refuse("holds the name '" + entry.getName() + "', which leads outside");
            }
            if (!names.add(name)) {
                throw refuse("holds '" + entry.getName() + "' twice");
            }
            packed += Math.max(0, entry.getCompressedSize());
            if (entry.isDirectory() || Hidden.is(name) || !Pictures.named(name)) {
                continue;
            }
            inflated += Math.max(0, entry.getSize());
            pictures.add(entry);
        }
        if (packed > length) {
            throw refuse("is a zip bomb: its entries overlap");
        }
        if (inflated > ALWAYS_FINE && inflated / MAX_RATIO > length) {
            throw refuse("is a zip bomb: %,d bytes would become %,d".formatted(length, inflated));
        }
        pictures.sort(Comparator.comparing(Archive::name));
    }

    /** Sorted by name; folders, hidden files and what is no picture are left out. */
    List<ZipEntry> pictures() {
        return List.copyOf(pictures);
    }

    @Nullable
    ZipEntry entry(String name) {
        ZipEntry entry = zip.getEntry(name);
        return entry == null || entry.isDirectory() ? null : entry;
    }

    /** Its path inside the zip, parted by {@code /} (some writers on Windows use the other one). */
    static String name(ZipEntry entry) {
        return entry.getName().replace('\\', '/');
    }

    String where(ZipEntry entry) {
        return path + "/" + name(entry);
    }

    byte[] read(ZipEntry entry) {
        long declared = entry.getSize();
        if (declared > Pictures.MAX_FILE_BYTES) {
            throw Origin.tooLarge(where(entry));
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) (declared < 0 ? Pictures.MAX_FILE_BYTES : declared) + 1);
            if (bytes.length != declared) {
                throw new Refusal(
                        bytes.length > declared ? "holds more than it declares" : "is cut short",
                        where(entry),
                        "replace the picture or take it out");
            }
            CRC32 crc = new CRC32();
            crc.update(bytes);
            if (entry.getCrc() != crc.getValue()) {
                throw new Refusal(
                        "is damaged: its checksum in the zip is wrong", where(entry), "download the zip again");
            }
            return bytes;
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be read (" + Origin.reason(e) + ")", where(entry), "replace the picture or take it out", e);
        }
    }

    private static boolean leadsOutside(String name) {
        if (name.startsWith("/") || name.indexOf('\0') >= 0 || (name.length() > 1 && name.charAt(1) == ':')) {
            return true;
        }
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                return true;
            }
        }
        return false;
    }

    private Refusal refuse(String what) {
        return new Refusal(what, path.toString(), "do not trust this zip; write it again from its pictures");
    }
}
