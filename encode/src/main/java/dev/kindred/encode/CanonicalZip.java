package dev.kindred.encode;

import dev.kindred.core.Hashes;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The one zip a bundle is: entries stored, in the order given, dated 1980-01-01, without extra fields, and a comment of 64 characters,
 * the SHA-256 in hex of every byte before it. Any unzip reads it; this class writes no other and reads no other, so that the same entries
 * always give the same bytes and a changed byte anywhere is seen.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE, 4.3 and 4.4</a>
 */
final class CanonicalZip {
    /** Larger bundles are refused before they are read. */
    static final long LARGEST = Integer.MAX_VALUE - 64;

    private static final int MOST_ENTRIES = 1_000;
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int LOCAL_SIZE = 30;
    private static final int CENTRAL_SIZE = 46;
    private static final int END_SIZE = 22;
    private static final int HASH_SIZE = 64;
    /** 1980-01-01 in MS-DOS form, the earliest a zip can say. */
    private static final short DATE = (1 << 5) | 1;

    private static final short VERSION = 20;
    /** Names are UTF-8. */
    private static final short FLAGS = 1 << 11;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*){0,4}");

    private CanonicalZip() {}

    static void write(Path path, Map<String, byte[]> entries) {
        NewFile.write(path, out -> out.write(bytes(entries)));
    }

    static byte[] bytes(Map<String, byte[]> entries) {
        byte[] unsealed = unsealed(entries);
        byte[] zip = Arrays.copyOf(unsealed, unsealed.length + HASH_SIZE);
        byte[] hash = Hashes.sha256Hex(unsealed).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(hash, 0, zip, unsealed.length, HASH_SIZE);
        return zip;
    }

    /** All but the comment. */
    private static byte[] unsealed(Map<String, byte[]> entries) {
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        entries.forEach((name, content) -> {
            byte[] nameBytes = checked(name).getBytes(StandardCharsets.UTF_8);
            int offset = zip.size();
            zip.writeBytes(local(nameBytes, content).array());
            zip.writeBytes(nameBytes);
            zip.writeBytes(content);
            directory.writeBytes(central(nameBytes, content, offset).array());
            directory.writeBytes(nameBytes);
        });
        int start = zip.size();
        zip.writeBytes(directory.toByteArray());
        zip.writeBytes(end(entries.size(), directory.size(), start).array());
        return zip.toByteArray();
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("no bundle entry is called " + name);
        }
        return name;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer local(byte[] name, byte[] content) {
        return common(little(LOCAL_SIZE).putInt(LOCAL), name, content).putShort((short) 0);
    }

    private static ByteBuffer central(byte[] name, byte[] content, int offset) {
        return common(little(CENTRAL_SIZE).putInt(CENTRAL).putShort(VERSION), name, content)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(offset);
    }

    private static ByteBuffer common(ByteBuffer header, byte[] name, byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return header.putShort(VERSION)
                .putShort(FLAGS)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort(DATE)
                .putInt((int) crc.getValue())
                .putInt(content.length)
                .putInt(content.length)
                .putShort((short) name.length);
    }

    private static ByteBuffer end(int entries, int directorySize, int directoryStart) {
        return little(END_SIZE)
                .putInt(END)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) entries)
                .putShort((short) entries)
                .putInt(directorySize)
                .putInt(directoryStart)
                .putShort((short) HASH_SIZE);
    }

    /** @throws Refusal where the file is not such a zip, whole and unchanged */
    static Map<String, byte[]> read(Path path) {
        byte[] zip;
        try {
            long size = Files.size(path);
            if (size > LARGEST) {
                throw damaged(path, "is larger than a bundle may be (" + LARGEST + " bytes)");
            }
            if (size < END_SIZE + HASH_SIZE) {
                throw damaged(path, size == 0 ? "is empty" : "is too short to be a bundle");
            }
            zip = Files.readAllBytes(path);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new Refusal("there is no such file", path.toString(), "give the path of a .kindred bundle", e);
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be read: " + e.getMessage(), path.toString(), "give a readable .kindred bundle", e);
        }
        ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt(0) != LOCAL) {
            throw new Refusal("is not a Kindred bundle", path.toString(), "give a file that ./kindred train wrote");
        }
        int end = zip.length - END_SIZE - HASH_SIZE;
        boolean tail = bytes.getInt(end) == END && bytes.getShort(zip.length - HASH_SIZE - 2) == HASH_SIZE;
        Map<String, byte[]> entries = tail ? entries(path, bytes, end) : Map.of();
        verify(path, zip, tail, entries);
        byte[] anew = unsealed(entries);
        if (!tail || !Arrays.equals(anew, 0, anew.length, zip, 0, zip.length - HASH_SIZE)) {
            throw damaged(path, "is a zip, but not one that Kindred writes");
        }
        return entries;
    }

    private static void verify(Path path, byte[] zip, boolean tail, Map<String, byte[]> entries) {
        MessageDigest sha = Hashes.sha256();
        sha.update(zip, 0, zip.length - HASH_SIZE);
        String measured = HexFormat.of().formatHex(sha.digest());
        String stated = new String(zip, zip.length - HASH_SIZE, HASH_SIZE, StandardCharsets.ISO_8859_1);
        if (measured.equals(stated)) {
            return;
        }
        if (!tail) {
            throw damaged(path, "does not end as a bundle ends: it was cut short, or bytes were added after its end");
        }
        // Written anew from what can be read, the first byte that differs tells the place.
        String place = firstDifference(unsealed(entries), zip, entries);
        throw damaged(
                path,
                "was changed after sealing%s: its checksum is %s…, it says %s…"
                        .formatted(
                                place,
                                measured.substring(0, 8),
                                stated.substring(0, 8).replaceAll("[^0-9a-f]", "?")));
    }

    /** The first entry that differs from what a writer makes of its own content (its CRC-32 does not hold), for people. */
    private static String firstDifference(byte[] anew, byte[] zip, Map<String, byte[]> entries) {
        int at = 0;
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            int size = LOCAL_SIZE + entry.getKey().length() + entry.getValue().length;
            if (at + size > zip.length || Arrays.mismatch(anew, at, at + size, zip, at, at + size) >= 0) {
                return " in " + entry.getKey();
            }
            at += size;
        }
        return "";
    }

    /** Reads along the directory; what cannot be followed gives no entries, and the checksum says why. */
    private static Map<String, byte[]> entries(Path path, ByteBuffer zip, int end) {
        int count = Short.toUnsignedInt(zip.getShort(end + 10));
        int at = zip.getInt(end + 16);
        if (count > MOST_ENTRIES || at < 0 || at > end) {
            return Map.of();
        }
        // One after the other, as they are written: of entries that overlap, a small file would be a thousand copies.
        long start = 0;
        int directory = at;
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            if (at > end - CENTRAL_SIZE || zip.getInt(at) != CENTRAL) {
                return Map.of();
            }
            int length = zip.getInt(at + 24);
            int nameLength = Short.toUnsignedInt(zip.getShort(at + 28));
            long content = start + LOCAL_SIZE + nameLength;
            if (at + CENTRAL_SIZE + nameLength > end
                    || Integer.toUnsignedLong(zip.getInt(at + 42)) != start
                    || length < 0
                    || content + length > directory) {
                return Map.of();
            }
            start = content + length;
            String name = new String(zip.array(), at + CENTRAL_SIZE, nameLength, StandardCharsets.UTF_8);
            if (!NAME.matcher(name).matches()) {
                throw new Refusal("has an entry whose name no bundle has", path.toString(), "do not use this file");
            }
            if (entries.put(name, Arrays.copyOfRange(zip.array(), (int) content, (int) content + length)) != null) {
                return Map.of();
            }
            at += CENTRAL_SIZE + nameLength;
        }
        return entries;
    }

    private static Refusal damaged(Path path, String what) {
        return new Refusal(what, path.toString(), "fetch the bundle again, or seal it anew");
    }
}
