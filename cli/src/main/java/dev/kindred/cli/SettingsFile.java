package dev.kindred.cli;

import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * {@code kindred.yaml}: composed to nodes only, never to objects, so that a file can say nothing but words and numbers; bounded in size,
 * depth and aliases.
 */
record SettingsFile(
        @Nullable Path home,
        @Nullable Integer port,
        @Nullable Integer threads) {
    static final SettingsFile NONE = new SettingsFile(null, null, null);
    static final List<String> KEYS = List.of("home", "port", "threads");
    private static final int MOST_BYTES = 1 << 20;

    /** @throws Refusal for a file that cannot be read, is no mapping, or has an unknown key or a wrong value, naming the line */
    static SettingsFile read(Path file) {
        Node root = compose(file);
        if (root == null) {
            return NONE;
        }
        if (!(root instanceof MappingNode mapping)) {
            throw new Refusal("is not a mapping of settings", place(file, root), "write lines such as 'port: 8080'");
        }
        Path home = null;
        Integer port = null;
        Integer threads = null;
        for (NodeTuple entry : mapping.getValue()) {
            String key = scalar(entry.getKeyNode(), file);
            String where = place(file, entry.getKeyNode());
            switch (key) {
                case "home" -> home = beside(file, scalar(entry.getValueNode(), file), where + " home");
                case "port" -> port = Settings.number(scalar(entry.getValueNode(), file), where + " port", 0, 65535);
                case "threads" ->
                    threads = Settings.number(scalar(entry.getValueNode(), file), where + " threads", 1, 1024);
                default ->
                    throw new Refusal(
                            "unknown key '" + key + "'",
                            where,
                            Nearest.advice(key, KEYS, "the keys are " + String.join(", ", KEYS)));
            }
        }
        return new SettingsFile(home, port, threads);
    }

    private static @Nullable Node compose(Path file) {
        LoaderOptions bounds = new LoaderOptions();
        bounds.setCodePointLimit(MOST_BYTES);
        bounds.setNestingDepthLimit(16);
        bounds.setMaxAliasesForCollections(16);
        bounds.setAllowDuplicateKeys(false);
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new Refusal("is larger than 1 MiB", file.toString(), "name a settings file");
            }
            return new Yaml(bounds).compose(new StringReader(Files.readString(file)));
        } catch (MarkedYAMLException e) {
            String line =
                    e.getProblemMark() == null ? "" : ":" + (e.getProblemMark().getLine() + 1);
            throw new Refusal("is not YAML (" + String.valueOf(e.getProblem()) + ")", file + line, "mend that line", e);
        } catch (YAMLException e) {
            throw new Refusal("is not YAML", file.toString(), "write lines such as 'port: 8080'", e);
        } catch (NoSuchFileException e) {
            throw new Refusal("no such file", file.toString(), "name an existing settings file", e);
        } catch (CharacterCodingException e) {
            throw new Refusal("is not UTF-8 text", file.toString(), "name a settings file", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read", file.toString(), "name a settings file", e);
        }
    }

    /** A relative home is meant from the file that names it. */
    private static Path beside(Path file, String value, String place) {
        if (value.indexOf('\0') >= 0) {
            throw new Refusal("is no path", place, "name a folder");
        }
        Path folder = file.toAbsolutePath().getParent();
        String expanded = value.startsWith("~/") ? System.getProperty("user.home") + value.substring(1) : value;
        return folder == null ? Path.of(expanded) : folder.resolve(expanded);
    }

    private static String scalar(Node node, Path file) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw new Refusal("a single value is expected", place(file, node), "write it as 'key: value'");
    }

    private static String place(Path file, Node node) {
        return file + ":" + (node.getStartMark().getLine() + 1);
    }
}
