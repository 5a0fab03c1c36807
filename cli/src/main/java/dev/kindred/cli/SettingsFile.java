package dev.kindred.cli;

import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * {@code kindred.yaml}: composed to nodes only, never to objects, so that a file can say nothing but words and numbers; bounded in size,
 * depth and aliases. What may stand in it is {@link Setting#ALL}.
 */
final class SettingsFile {
    private static final int MOST_BYTES = 1 << 20;
    private static final String NULL = "tag:yaml.org,2002:null";

    private final Path file;
    private final Map<Setting<?>, Written> written = new HashMap<>();
    private final Map<String, Integer> lines = new HashMap<>();

    /** @param where file, line and name */
    record Written(String text, String where) {}

    private SettingsFile(Path file) {
        this.file = file;
    }

    /** @throws Refusal for a file that cannot be read, is no mapping, or has an unknown key or a wrong value, naming the line */
    static Map<Setting<?>, Written> read(Path file) {
        SettingsFile reading = new SettingsFile(file);
        Node root = compose(file);
        if (root != null) {
            reading.mapping(root, "");
        }
        return Map.copyOf(reading.written);
    }

    /** @param prefix of the names in it, with its dot; empty at the top */
    private void mapping(Node node, String prefix) {
        if (!(node instanceof MappingNode mapping)) {
            String section = prefix.isEmpty() ? "settings" : prefix.substring(0, prefix.length() - 1) + " settings";
            throw new Refusal("is not a mapping of " + section, place(node), "write lines such as 'key: value'");
        }
        for (NodeTuple entry : mapping.getValue()) {
            String key = scalar(entry.getKeyNode());
            String name = prefix + key;
            once(name, entry.getKeyNode());
            Node value = entry.getValueNode();
            Optional<Setting<?>> setting = Setting.ALL.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst();
            if (setting.isPresent()) {
                put(setting.get(), value, place(entry.getKeyNode()) + " " + name);
            } else if (Setting.ALL.stream().anyMatch(each -> each.name().startsWith(name + "."))) {
                if (!isNull(value)) {
                    mapping(value, name + ".");
                }
            } else {
                throw new Refusal("unknown key '" + key + "'", place(entry.getKeyNode()), advice(key, prefix));
            }
        }
    }

    /** Which of two that differ is meant, nobody can know. */
    private void once(String name, Node key) {
        int line = key.getStartMark().getLine() + 1;
        Integer first = lines.putIfAbsent(name, line);
        if (first != null) {
            throw new Refusal("stands there twice", place(key) + " " + name, "keep it or the one of line " + first);
        }
    }

    /** The nearest of its neighbours, else where such a key does stand. */
    private static String advice(String key, String prefix) {
        List<String> here = Setting.ALL.stream()
                .filter(each -> each.name().startsWith(prefix))
                .map(each -> each.name().substring(prefix.length()).replaceFirst("\\..*", ""))
                .distinct()
                .toList();
        return Nearest.to(key, here)
                .map(near -> prefix + near)
                .or(() -> Setting.ALL.stream()
                        .filter(each -> each.key().equals(key))
                        .map(Setting::name)
                        .findFirst())
                .map(near -> "did you mean " + near + "?")
                .orElse("the keys " + (prefix.isEmpty() ? "" : "of " + prefix.substring(0, prefix.length() - 1) + " ")
                        + "are " + String.join(", ", here));
    }

    /** What stands there without a value is as if it did not stand there. */
    private void put(Setting<?> setting, Node value, String where) {
        if (isNull(value)) {
            return;
        }
        String text = setting.kind() == Kind.TEXTS ? list(value) : scalar(value);
        if (setting.kind() == Kind.PATH) {
            text = beside(text, where);
        }
        written.put(setting, new Written(text, where));
    }

    private static boolean isNull(Node node) {
        return node instanceof ScalarNode scalar && scalar.getTag().getValue().equals(NULL);
    }

    private String list(Node node) {
        if (!(node instanceof SequenceNode sequence)) {
            return scalar(node);
        }
        List<String> texts = new ArrayList<>();
        for (Node each : sequence.getValue()) {
            String text = scalar(each);
            if (text.indexOf(',') >= 0) {
                throw new Refusal("a comma stands in a name", place(each), "write [one, another]");
            }
            texts.add(text);
        }
        return String.join(",", texts);
    }

    private static @Nullable Node compose(Path file) {
        LoaderOptions bounds = new LoaderOptions();
        bounds.setCodePointLimit(MOST_BYTES);
        bounds.setNestingDepthLimit(16);
        bounds.setMaxAliasesForCollections(16);
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
            throw new Refusal("is not YAML", file.toString(), "write lines such as 'threads: 4'", e);
        } catch (NoSuchFileException e) {
            throw new Refusal("no such file", file.toString(), "name an existing settings file", e);
        } catch (CharacterCodingException e) {
            throw new Refusal("is not UTF-8 text", file.toString(), "name a settings file", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read", file.toString(), "name a settings file", e);
        }
    }

    /** A relative path is meant from the file that names it. */
    private String beside(String value, String place) {
        if (value.indexOf('\0') >= 0) {
            throw new Refusal("is no path", place, "name a file or folder");
        }
        Path folder = file.toAbsolutePath().getParent();
        String expanded = value.startsWith("~/") ? System.getProperty("user.home") + value.substring(1) : value;
        return folder == null ? expanded : folder.resolve(expanded).toString();
    }

    private String scalar(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw new Refusal("a single value is expected", place(node), "write it as 'key: value'");
    }

    private String place(Node node) {
        return file + ":" + (node.getStartMark().getLine() + 1);
    }
}
