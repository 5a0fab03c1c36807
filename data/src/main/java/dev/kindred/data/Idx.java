package dev.kindred.data;

import dev.kindred.core.Npy;
import dev.kindred.core.Refusal;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * IDX as MNIST has it (LeCun et al. 1998): two zeros, the type, the number of dimensions, each dimension as int32, then
 * the numbers, all big-endian. Bytes of three dimensions are grey pictures, or vectors where these are asked for; two
 * dimensions are vectors. The labels (one dimension) stand beside: {@code train-labels-idx1-ubyte} for {@code
 * train-images-idx3-ubyte}.
 */
final class Idx {
    private static final Pattern NAME = Pattern.compile(".*[-.](idx\\d?|idx\\d?-ubyte|ubyte)");
    /** No deflated byte becomes more than so many (RFC 1951: 258 from two bits). */
    private static final long INFLATION = 1_100;

    private final Path path;
    private final int type;
    private final int[] sizes;
    private final byte[] bytes;

    private Idx(Path path, int type, int[] sizes, byte[] bytes) {
        this.path = path;
        this.type = type;
        this.sizes = sizes;
        this.bytes = bytes;
    }

    static boolean named(Path path) {
        return NAME.matcher(TextLines.withoutGz(path)).matches();
    }

    static void read(Path path, String prefix, Gathering gathering) {
        Idx idx = open(path);
        if (idx.sizes.length == 1) {
            throw new Refusal(
                    "holds labels", path.toString(), "name the file of the pictures, the labels are found beside");
        }
        boolean vectors = gathering.options().kind() == Kind.VECTOR || idx.sizes.length == 2;
        if (!vectors && (idx.sizes.length != 3 || idx.type != 8)) {
            throw new Refusal(
                    "holds neither bytes of three dimensions nor vectors: type %d, %s"
                            .formatted(idx.type, Arrays.toString(idx.sizes)),
                    path.toString(),
                    "ask for vectors");
        }
        RowLabels labels = labels(path, gathering);
        labels.requireCount(idx.sizes[0], path);
        if (vectors) {
            int d = Math.max(1, idx.count() / Math.max(1, idx.sizes[0]));
            Vectors.add(path, new Npy.Matrix(idx.sizes[0], d, idx.floats()), labels, prefix, gathering);
            return;
        }
        for (int i = 0; i < idx.sizes[0]; i++) {
            gathering.add(
                    prefix + labels.id(i),
                    labels.label(i),
                    labels.attributes(i),
                    new Origin.OfStack(path, i, idx.sizes[2], idx.sizes[1], idx.bytes));
        }
    }

    private static RowLabels labels(Path path, Gathering gathering) {
        Path chosen = gathering.options().labels();
        Path labels = chosen == null ? beside(path) : chosen;
        if (labels == null) {
            gathering.note("no labels were found beside " + path);
            return RowLabels.none();
        }
        if (!named(labels)) {
            return RowLabels.beside(path, gathering);
        }
        Idx idx = open(labels);
        if (idx.sizes.length != 1 || idx.type != 8) {
            throw new Refusal("holds no labels", labels.toString(), "labels are bytes of one dimension");
        }
        List<Entry> entries = new ArrayList<>();
        for (byte label : idx.bytes) {
            entries.add(new Entry(String.valueOf(entries.size()), String.valueOf(label & 0xFF), Map.of()));
        }
        return RowLabels.of(labels, entries);
    }

    private static @Nullable Path beside(Path path) {
        String name = String.valueOf(path.getFileName());
        String labels = name.replace("images", "labels").replaceAll("idx\\d", "idx1");
        String bare = labels.endsWith(".gz") ? labels.substring(0, labels.length() - 3) : labels;
        for (String candidate : List.of(labels, bare, bare + ".gz")) {
            Path file = path.resolveSibling(candidate);
            if (!candidate.equals(name) && Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    private static Idx open(Path path) {
        try (InputStream file = Files.newInputStream(path);
                DataInputStream in = new DataInputStream(new BufferedInputStream(unpacked(file, path)))) {
            int magic = in.readInt();
            int type = magic >>> 8;
            int dimensions = magic & 0xFF;
            int width = width(type);
            if (width == 0 || dimensions < 1 || dimensions > 4) {
                throw new Refusal("is no IDX file", path.toString(), "its first four bytes are 0, 0, type, dimensions");
            }
            int[] sizes = new int[dimensions];
            long count = 1;
            for (int i = 0; i < dimensions; i++) {
                sizes[i] = in.readInt();
                count = sizes[i] < 0 || count > Integer.MAX_VALUE ? Long.MAX_VALUE : count * sizes[i];
            }
            long most = packed(path) ? Files.size(path) * INFLATION : Files.size(path);
            if (count > Integer.MAX_VALUE - 8L || count * width > Math.min(most, Integer.MAX_VALUE - 8L)) {
                throw new Refusal(
                        "says it holds %s numbers, which %,d bytes cannot"
                                .formatted(Arrays.toString(sizes), Files.size(path)),
                        path.toString(),
                        "download it again");
            }
            byte[] bytes = new byte[(int) count * width];
            in.readFully(bytes);
            if (in.read() >= 0) {
                throw new Refusal("holds more than it says", path.toString(), "download it again");
            }
            return new Idx(path, type, sizes, bytes);
        } catch (EOFException e) {
            throw new Refusal("is cut short", path.toString(), "download it again", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + Origin.reason(e) + ")", path.toString(), "check the file", e);
        }
    }

    private static boolean packed(Path path) {
        return !TextLines.withoutGz(path).equalsIgnoreCase(String.valueOf(path.getFileName()));
    }

    private static InputStream unpacked(InputStream in, Path path) throws IOException {
        return packed(path) ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static int width(int type) {
        return switch (type) {
            case 0x08, 0x09 -> 1;
            case 0x0B -> 2;
            case 0x0C, 0x0D -> 4;
            case 0x0E -> 8;
            default -> 0;
        };
    }

    private int count() {
        return bytes.length / width(type);
    }

    private float[] floats() {
        float[] values = new float[count()];
        ByteBuffer numbers = ByteBuffer.wrap(bytes);
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case 0x08 -> bytes[i] & 0xFF;
                case 0x09 -> bytes[i];
                case 0x0B -> numbers.getShort(2 * i);
                case 0x0C -> numbers.getInt(4 * i);
                case 0x0D -> numbers.getFloat(4 * i);
                case 0x0E -> (float) numbers.getDouble(8 * i);
                default -> throw new IllegalStateException("type " + type + " of " + path);
            };
        }
        return values;
    }
}
