package dev.kindred.data;

import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowGroupPredicate;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a Parquet file, by Hardwood. Columns of texts, numbers, dates and truths are cells as they are written,
 * columns of lists of numbers are vectors; other nested columns pass by. Sizes are bounded by what the file says of
 * itself before any page of it is unpacked.
 */
final class ParquetTable implements Table {
    /** Hardwood tells of its fast paths at every start; held, or the level would be forgotten with the logger. */
    private static final Logger HARDWOOD = Logger.getLogger("dev.hardwood");

    private static final String AGAIN = "write it again, or download it again";
    private static final long MOST_ROWS = 20_000_000;
    private static final long MOST_CHUNK_BYTES = 4L << 30;
    private static final int MOST_TEXT = 1 << 24;
    /** Of one list: a vector's dimensions. */
    private static final int MOST_VALUES = 1 << 16;

    private static final Set<CompressionCodec> PACKINGS = EnumSet.of(
            CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD);

    private final Path path;
    private final HardwoodContext context;
    private final ParquetFileReader reader;
    private final List<String> names;
    private final List<SchemaNode> nodes;
    private final RowReader rows;
    private long number;

    private ParquetTable(
            Path path, HardwoodContext context, ParquetFileReader reader, List<SchemaNode> nodes, RowReader rows) {
        this.path = path;
        this.context = context;
        this.reader = reader;
        this.nodes = nodes;
        this.names = nodes.stream().map(SchemaNode::name).toList();
        this.rows = rows;
    }

    /** @throws Refusal where it is no Parquet file, is too large, or is packed as is not read here */
    static ParquetTable open(Path path) {
        HARDWOOD.setLevel(Level.WARNING);
        HardwoodContext context = HardwoodContext.create(1);
        ParquetFileReader reader = null;
        ParquetTable table = null;
        try {
            requireForm(path);
            reader = ParquetFileReader.open(InputFile.of(path), context);
            requireBounds(reader.getFileMetaData(), path);
            List<SchemaNode> nodes = readable(reader, path);
            RowReader rows = reader.buildRowReader()
                    .projection(ColumnProjection.columns(
                            nodes.stream().map(SchemaNode::name).toArray(String[]::new)))
                    .build();
            table = new ParquetTable(path, context, reader, nodes, rows);
            return table;
        } catch (Refusal e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw reader == null
                    ? new Refusal("cannot be read as Parquet (" + reason(e) + ")", path.toString(), AGAIN, e)
                    : damaged(path, reader, context, e);
        } finally {
            if (table == null) {
                closeAll(reader, context);
            }
        }
    }

    /** Its first and last four bytes. */
    private static void requireForm(Path path) throws IOException {
        try (var channel = Files.newByteChannel(path)) {
            ByteBuffer ends = ByteBuffer.allocate(8);
            if (channel.size() >= 12) {
                while (ends.position() < 4 && channel.read(ends.limit(4)) >= 0) {}
                channel.position(channel.size() - 4);
                while (ends.position() < 8 && channel.read(ends.limit(8)) >= 0) {}
            }
            String marks = new String(ends.array(), StandardCharsets.ISO_8859_1);
            if (!marks.equals("PAR1PAR1")) {
                throw new Refusal(
                        marks.startsWith("PAR1") ? "is a Parquet file that is cut short" : "is no Parquet file",
                        path.toString(),
                        AGAIN);
            }
        }
    }

    /** The file states its rows twice, in all and for each group; what is read goes by the groups. */
    static void requireBounds(FileMetaData meta, Path path) {
        requireRows(meta.numRows(), path);
        long rows = 0;
        for (RowGroup group : meta.rowGroups()) {
            requireRows(group.numRows(), path);
            rows += group.numRows();
            requireRows(rows, path);
        }
        for (int group = 0; group < meta.rowGroups().size(); group++) {
            for (ColumnChunk chunk : meta.rowGroups().get(group).columns()) {
                var column = chunk.metaData();
                if (column == null) {
                    throw new Refusal("is encrypted", path.toString(), "write it without encryption");
                }
                String where = "%s row group %d, column '%s'".formatted(path, group, column.pathInSchema());
                if (!PACKINGS.contains(column.codec())) {
                    throw new Refusal(
                            "is packed with " + column.codec() + ", which is not read here",
                            where,
                            "write it with zstd, snappy, gzip or uncompressed");
                }
                if (column.totalUncompressedSize() < 0 || column.totalUncompressedSize() > MOST_CHUNK_BYTES) {
                    throw new Refusal(
                            "says that it unpacks to %,d bytes".formatted(column.totalUncompressedSize()),
                            where,
                            "write smaller row groups");
                }
            }
        }
    }

    private static void requireRows(long rows, Path path) {
        if (rows < 0 || rows > MOST_ROWS) {
            throw new Refusal(
                    "says that it has %,d rows".formatted(rows),
                    path.toString(),
                    "split it: at most %,d are read at once".formatted(MOST_ROWS));
        }
    }

    /** The columns that make cells or vectors. */
    private static List<SchemaNode> readable(ParquetFileReader reader, Path path) {
        List<SchemaNode> nodes = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (SchemaNode node : reader.getFileSchema().getRootNode().children()) {
            if (!seen.add(node.name())) {
                throw new Refusal("has two columns named '" + node.name() + "'", path.toString(), "rename one");
            }
            if (node instanceof SchemaNode.PrimitiveNode || isNumbers(node)) {
                nodes.add(node);
            }
        }
        if (nodes.isEmpty()) {
            throw new Refusal(
                    "has no column of texts, numbers or lists of numbers; its columns are " + String.join(", ", seen),
                    path.toString(),
                    "write texts, or vectors as list<float>");
        }
        return nodes;
    }

    private static boolean isNumbers(SchemaNode node) {
        return element(node) instanceof PhysicalType type
                && EnumSet.of(PhysicalType.FLOAT, PhysicalType.DOUBLE, PhysicalType.INT32, PhysicalType.INT64)
                        .contains(type);
    }

    /** What a list is of; null for anything but a list of plain values. */
    private static @Nullable PhysicalType element(SchemaNode node) {
        return node instanceof SchemaNode.GroupNode group
                        && group.isList()
                        && group.getListElement() instanceof SchemaNode.PrimitiveNode leaf
                ? leaf.type()
                : null;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public String place() {
        return "row";
    }

    @Override
    public @Nullable Row next() {
        try {
            if (!rows.hasNext()) {
                return null;
            }
            rows.next();
            number++;
            return row();
        } catch (RuntimeException e) {
            throw damaged(path, reader, context, e);
        }
    }

    private Row row() {
        List<@Nullable String> cells = new ArrayList<>(nodes.size());
        Map<Integer, float[]> arrays = new HashMap<>();
        for (int at = 0; at < nodes.size(); at++) {
            String name = names.get(at);
            if (rows.isNull(name)) {
                cells.add(null);
            } else if (nodes.get(at) instanceof SchemaNode.PrimitiveNode) {
                String cell = text(rows.getValue(name));
                if (cell != null && cell.length() > MOST_TEXT) {
                    return JsonRows.bad(number, "holds more than %,d characters".formatted(MOST_TEXT));
                }
                cells.add(cell);
            } else {
                cells.add(null);
                PqList list = rows.getList(name);
                if (list.size() > MOST_VALUES) {
                    return JsonRows.bad(
                            number,
                            "has %,d values in its '%s', %,d are read at most"
                                    .formatted(list.size(), name, MOST_VALUES));
                }
                for (int i = 0; i < list.size(); i++) {
                    if (list.isNull(i)) {
                        return JsonRows.bad(number, "has nothing as value %d of its '%s'".formatted(i, name));
                    }
                }
                arrays.put(at, numbers(list, element(nodes.get(at))));
            }
        }
        return new Row(number, cells, arrays, null);
    }

    /** As it would stand in a CSV; bytes where they are UTF-8, else null. */
    private static @Nullable String text(Object value) {
        if (!(value instanceof byte[] bytes)) {
            return value.toString();
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static float[] numbers(PqList list, @Nullable PhysicalType type) {
        float[] numbers = new float[list.size()];
        switch (type) {
            case FLOAT -> {
                List<Float> floats = list.floats();
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = floats.get(i);
                }
            }
            case DOUBLE -> {
                double[] doubles = list.doubles().toArray();
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = (float) doubles[i];
                }
            }
            case null, default -> {
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = ((Number) list.getRaw(i)).floatValue();
                }
            }
        }
        return numbers;
    }

    /** Says where: row groups and columns are read one by one to find the one that cannot be. */
    private static Refusal damaged(Path path, ParquetFileReader reader, HardwoodContext context, Exception cause) {
        List<RowGroup> groups = reader.getFileMetaData().rowGroups();
        for (int group = 0; group < groups.size(); group++) {
            long start = groups.get(group).columns().stream()
                    .mapToLong(ColumnChunk::chunkStartOffset)
                    .min()
                    .orElse(0);
            long length = groups.get(group).columns().stream()
                    .mapToLong(chunk -> chunk.metaData().totalCompressedSize())
                    .sum();
            for (int at = 0; at < reader.getFileSchema().getColumnCount(); at++) {
                try (ParquetFileReader again = ParquetFileReader.open(InputFile.of(path), context);
                        ColumnReader alone = again.buildColumnReader(at)
                                .filter(RowGroupPredicate.byteRange(start, start + length))
                                .build()) {
                    while (alone.nextBatch()) {}
                } catch (IOException | RuntimeException e) {
                    String column =
                            reader.getFileSchema().getColumn(at).fieldPath().topLevelName();
                    return new Refusal(
                            "cannot be read (" + reason(e) + ")",
                            "%s row group %d, column '%s'".formatted(path, group, column),
                            AGAIN,
                            e);
                }
            }
        }
        return new Refusal("cannot be read as Parquet (" + reason(cause) + ")", path.toString(), AGAIN, cause);
    }

    private static String reason(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        String message = last.getMessage();
        return message == null || message.isBlank()
                ? last.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        try {
            rows.close();
        } finally {
            closeAll(reader, context);
        }
    }

    private static void closeAll(@Nullable ParquetFileReader reader, HardwoodContext context) {
        try (context) {
            if (reader != null) {
                reader.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a Parquet file could not be closed", e);
        }
    }
}
