package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxFileTest {
    @TempDir
    Path home = Path.of("");

    private final TinyTransformer tiny = new TinyTransformer();

    @Test
    void weightsInTheFolderAreTakenIn() throws IOException {
        Path model = external("model.onnx_data", 0, -1);
        Files.write(model.resolveSibling("model.onnx_data"), table());
        assertThat(OnnxFile.read(model)).isEqualTo(new TinyTransformer().build());
    }

    @Test
    void partsOfOneFileAreTakenByOffsetAndLength() throws IOException {
        byte[] table = table();
        Path model = external("weights/data.bin", 64, table.length);
        byte[] padded = new byte[64 + table.length + 10];
        System.arraycopy(table, 0, padded, 64, table.length);
        Files.createDirectories(model.resolveSibling("weights"));
        Files.write(model.resolveSibling("weights").resolve("data.bin"), padded);
        assertThat(OnnxFile.read(model)).isEqualTo(new TinyTransformer().build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../data.bin", "weights/../../data.bin", "", ".", "\0"})
    void weightsOutsideTheFolderAreRefused(String location) throws IOException {
        Path model = external(location, 0, -1);
        Files.write(home.resolve("data.bin"), table());
        refused(model, "outside its folder", "table");
    }

    @Test
    void absolutePlacesAreRefused() throws IOException {
        Path secret = Files.write(home.resolve("data.bin"), table());
        refused(external(secret.toString(), 0, -1), "outside its folder");
    }

    @Test
    void linksThatLeadOutAreRefused() throws IOException {
        Path model = external("data.bin", 0, -1);
        Path secret = Files.write(home.resolve("secret.bin"), table());
        Files.createSymbolicLink(model.resolveSibling("data.bin"), secret);
        refused(model, "outside its folder");
    }

    @Test
    void hubCacheKeepsItsFilesAsLinksToBlobs() throws IOException {
        Path snapshot = Files.createDirectories(
                home.resolve("models--x").resolve("snapshots").resolve("4f2a"));
        Path blobs = Files.createDirectories(home.resolve("models--x").resolve("blobs"));
        Files.write(blobs.resolve("ab12"), table());
        Files.createSymbolicLink(snapshot.resolve("data.bin"), blobs.resolve("ab12"));
        Path model = Files.move(external("data.bin", 0, -1), snapshot.resolve("model.onnx"));
        assertThat(OnnxFile.read(model)).isEqualTo(new TinyTransformer().build());
    }

    @Test
    void blobsThatAreALinkLeadNowhere() throws IOException {
        Path snapshot = Files.createDirectories(
                home.resolve("models--x").resolve("snapshots").resolve("4f2a"));
        Path secrets = Files.createDirectories(home.resolve("secrets"));
        Files.write(secrets.resolve("key"), table());
        Path blobs = Files.createSymbolicLink(home.resolve("models--x").resolve("blobs"), secrets);
        Files.createSymbolicLink(snapshot.resolve("data.bin"), secrets.resolve("key"));
        Path model = Files.move(external("data.bin", 0, -1), snapshot.resolve("model.onnx"));
        refused(model, "outside its folder");
        Files.delete(blobs);
        Path below = Files.createDirectories(blobs.resolve("more"));
        Files.write(below.resolve("key"), table());
        Files.delete(snapshot.resolve("data.bin"));
        Files.createSymbolicLink(snapshot.resolve("data.bin"), below.resolve("key"));
        refused(model, "outside its folder");
    }

    @Test
    void missingWeightsAreNamed() throws IOException {
        refused(external("model.onnx_data", 0, -1), "lacks the file 'model.onnx_data'", "table");
    }

    @Test
    void weightsCutShortAreRefused() throws IOException {
        Path model = external("data.bin", 8, table().length);
        Files.write(model.resolveSibling("data.bin"), table());
        refused(model, "cut short", "data.bin");
    }

    @Test
    void threeGigabytesAreRefusedUnread() throws IOException {
        Path large = home.resolve("model.onnx");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(3L << 30);
        }
        refused(large, "3.2 GB", "2 GB at most");
    }

    @Test
    void threeGigabytesOfWeightsBesideAreRefusedUnread() throws IOException {
        Path model = external("data.bin", 0, -1);
        try (RandomAccessFile file =
                new RandomAccessFile(model.resolveSibling("data.bin").toFile(), "rw")) {
            file.setLength(3L << 30);
        }
        refused(model, "3.2 GB", "2 GB at most");
    }

    @Test
    void operatorsOfForeignLibrariesAreRefused() throws IOException {
        tiny.graph.getNodeBuilder(1).setDomain("ai.onnx.contrib").setOpType("BertTokenizer");
        refused(written(), "BertTokenizer", "ai.onnx.contrib");
    }

    @Test
    void whatIsNoModelIsRefused() throws IOException {
        Path text = Files.writeString(home.resolve("model.onnx"), "version https://git-lfs.github.com/spec/v1\n");
        refused(text, "no ONNX model");
        refused(home.resolve("none.onnx"), "no such file");
    }

    private byte[] table() {
        return TinyTransformer.littleEndian(tiny.table);
    }

    /** The tiny transformer with its table in another file. */
    private Path external(String location, long offset, long length) throws IOException {
        OnnxMl.TensorProto.Builder tensor = tiny.graph
                .getInitializerBuilder(0)
                .clearRawData()
                .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Long.toString(offset)));
        if (length >= 0) {
            tensor.addExternalData(entry("length", Long.toString(length)));
        }
        return written();
    }

    private static OnnxMl.StringStringEntryProto entry(String key, String value) {
        return OnnxMl.StringStringEntryProto.newBuilder()
                .setKey(key)
                .setValue(value)
                .build();
    }

    private Path written() throws IOException {
        Path folder = Files.createDirectories(home.resolve("model"));
        return Files.write(folder.resolve("model.onnx"), tiny.bytes());
    }

    private static void refused(Path model, String... words) {
        assertThatThrownBy(() -> OnnxFile.read(model))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(Arrays.asList(words))
                                .allSatisfy(word -> assertThat(refusal.line()).contains(word)));
    }
}
