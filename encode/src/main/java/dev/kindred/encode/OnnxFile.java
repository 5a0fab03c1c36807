package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kindred.core.Refusal;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads an ONNX file of a stranger whole: weights that it keeps in other files of its own folder are taken in, so that what is sealed
 * stands alone. Nothing outside that folder is read, and nothing of a size that was not checked before.
 *
 * @see <a href="https://onnx.ai/onnx/repo-docs/ExternalData.html">ONNX external data</a>
 */
final class OnnxFile {
    /** What protobuf holds. */
    static final long LARGEST = Integer.MAX_VALUE - 1024;
    /** Copies of the weights that stand in memory while a model is imported. */
    private static final int COPIES = 3;

    private static final String OTHER =
            "export the model with dense weights in one file below 2 GB, or choose a smaller one";

    private final Path model;
    private final Path folder;
    private long read;

    private OnnxFile(Path model, Path folder) {
        this.model = model;
        this.folder = folder;
    }

    /** @throws Refusal where it is too large, no ONNX, or keeps weights where none are read from */
    static OnnxMl.ModelProto read(Path model) {
        Path folder = model.toAbsolutePath().getParent();
        if (folder == null) {
            throw new Refusal("is no file", model.toString(), "name an ONNX file");
        }
        OnnxFile file = new OnnxFile(model, folder);
        try {
            return file.whole();
        } catch (NoSuchFileException e) {
            throw new Refusal("there is no such file", model.toString(), "check the path", e);
        } catch (IOException e) {
            throw new Refusal(
                    "could not be read (" + e.getMessage() + ")",
                    model.toString(),
                    "check that it is a readable file",
                    e);
        }
    }

    private OnnxMl.ModelProto whole() throws IOException {
        count(Files.size(model), model);
        OnnxMl.ModelProto parsed = ModelGuard.parsed(Files.readAllBytes(model), model.toString(), "download it again");
        OnnxMl.ModelProto.Builder inlined = parsed.toBuilder();
        Map<String, Path> files = new HashMap<>();
        for (OnnxMl.TensorProto.Builder tensor : inlined.getGraphBuilder().getInitializerBuilderList()) {
            inline(tensor, files);
        }
        for (OnnxMl.NodeProto.Builder node : inlined.getGraphBuilder().getNodeBuilderList()) {
            for (OnnxMl.AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
                if (attribute.hasT()) {
                    inline(attribute.getTBuilder(), files);
                }
            }
        }
        OnnxMl.ModelProto model = inlined.build();
        ModelGuard.check(model, this.model.toString());
        return model;
    }

    private void count(long bytes, Path file) {
        read += bytes;
        if (bytes > LARGEST || read > LARGEST) {
            throw new Refusal(
                    String.format(Locale.ROOT, "holds %.1f GB, an ONNX model 2 GB at most", read / 1e9),
                    file.toString(),
                    OTHER);
        }
        long memory = Runtime.getRuntime().maxMemory();
        if (read * COPIES > memory) {
            throw new Refusal(
                    String.format(
                            Locale.ROOT,
                            "holds %.1f GB, too much for the %.1f GB that Java may use here",
                            read / 1e9,
                            memory / 1e9),
                    file.toString(),
                    "allow more: JAVA_TOOL_OPTIONS=-Xmx" + Math.ceilDiv(read * COPIES, 1L << 30) + "g");
        }
    }

    private void inline(OnnxMl.TensorProto.Builder tensor, Map<String, Path> files) throws IOException {
        if (tensor.getDataLocation() != OnnxMl.TensorProto.DataLocation.EXTERNAL) {
            return;
        }
        String location = "";
        long offset = 0;
        long length = -1;
        for (OnnxMl.StringStringEntryProto entry : tensor.getExternalDataList()) {
            switch (entry.getKey()) {
                case "location" -> location = entry.getValue();
                case "offset" -> offset = number(entry, tensor);
                case "length" -> length = number(entry, tensor);
                default -> {
                    // A checksum: the bundle has its own.
                }
            }
        }
        Path file = files.get(location);
        if (file == null) {
            file = inside(location, tensor.getName());
            files.put(location, file);
        }
        tensor.clearExternalData().clearDataLocation().setRawData(bytes(file, offset, length, tensor.getName()));
    }

    private long number(OnnxMl.StringStringEntryProto entry, OnnxMl.TensorProto.Builder tensor) {
        if (!entry.getValue().matches("\\d{1,18}")) {
            throw new Refusal(
                    "states no whole number as " + entry.getKey() + " of tensor " + tensor.getName(),
                    model.toString(),
                    "download the model again");
        }
        return Long.parseLong(entry.getValue());
    }

    /** A file that is meant from the model's folder, and is in it. */
    private Path inside(String location, String tensor) throws IOException {
        Path named;
        try {
            named = folder.resolve(location).normalize();
        } catch (InvalidPathException e) {
            throw outside(location, tensor);
        }
        if (location.isEmpty() || !named.startsWith(folder.normalize()) || named.equals(folder.normalize())) {
            throw outside(location, tensor);
        }
        if (!Files.isRegularFile(named)) {
            throw new Refusal(
                    "lacks the file '" + location + "', which holds its tensor " + tensor,
                    model.toString(),
                    "download that file too, into the same folder");
        }
        Path real = named.toRealPath();
        if (!real.startsWith(folder.toRealPath()) && !isHubBlob(real)) {
            throw outside(location, tensor);
        }
        return named;
    }

    /**
     * The hub's own cache keeps a model's files as links to files of its folder {@code blobs}, beside {@code snapshots}. That folder is
     * no link itself, which would lead anywhere.
     */
    private boolean isHubBlob(Path real) throws IOException {
        for (Path up = folder.toRealPath(); up != null; up = up.getParent()) {
            Path name = up.getFileName();
            if (name != null && name.toString().equals("snapshots")) {
                Path blobs = up.resolveSibling("blobs");
                return Files.isDirectory(blobs, LinkOption.NOFOLLOW_LINKS) && blobs.equals(real.getParent());
            }
        }
        return false;
    }

    private Refusal outside(String location, String tensor) {
        return new Refusal(
                "keeps its tensor " + tensor + " in '" + location + "', outside its folder",
                model.toString(),
                "download the model with all its files into one folder");
    }

    private ByteString bytes(Path file, long offset, long length, String tensor) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            long wanted = length < 0 ? size - offset : length;
            if (offset > size || wanted < 0 || wanted > size - offset) {
                throw new Refusal(
                        "is cut short: tensor " + tensor + " of " + model.getFileName() + " reaches beyond its end",
                        file.toString(),
                        "download that file again");
            }
            count(wanted, file);
            ByteBuffer bytes = ByteBuffer.allocate((int) wanted);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new EOFException(file + " became shorter");
                }
            }
            return UnsafeByteOperations.unsafeWrap(bytes.flip());
        }
    }

    /**
     * A small file beside a model.
     *
     * @param most bytes that are read; a larger one is refused
     */
    static byte[] small(Path file, int most) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new Refusal(
                        "is larger than " + (most >> 20) + " MiB", file.toString(), "give the model's own file");
            }
            return bytes;
        } catch (IOException e) {
            throw new Refusal(
                    "could not be read (" + e.getMessage() + ")",
                    file.toString(),
                    "check that it is a readable file",
                    e);
        }
    }
}
