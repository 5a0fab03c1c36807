package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Serving's own short way to its options, held to the parser's. */
class ServePlainTest {
    private static ServeCommand parsed(List<String> words) {
        ServeCommand command = new ServeCommand();
        CommandList.line(CommandList.find("serve").orElseThrow(), command).parseArgs(words.toArray(String[]::new));
        return command;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--json",
                "--index a/b --port 0 --json --log json",
                "--host 0.0.0.0 --admin-port 8318 --tls-certificate c.pem --tls-key k.pem --threads 2",
                "--bundle m.kindred --home h --config kindred.yaml --traces http://localhost:4318"
            })
    void takesWhatTheParserTakes(String line) {
        List<String> words = line.isEmpty() ? List.of() : List.of(line.split(" "));
        ServeCommand plain = (ServeCommand) ServeCommand.plain(words).orElseThrow();
        ServeCommand parsed = parsed(words);
        assertThat(plain).usingRecursiveComparison().isEqualTo(parsed);
        assertThat(plain.stated()).isEqualTo(parsed.stated());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--port x",
                "--port",
                "--port -1",
                "--port 99999999999",
                "--index a --index b",
                "--index=a",
                "--print-config",
                "--merge-share 0.5",
                "--no-such 1",
                "a"
            })
    void leavesTheRestToIt(String line) {
        assertThat(ServeCommand.plain(List.of(line.split(" ")))).isEmpty();
    }

    @Test
    void everyWordIsOneOfTheParsers() {
        assertThat(ServeCommand.plain(List.of("--index", "there is a space"))).isPresent();
        assertThat(ServeCommand.plain(List.of("--index", ""))).isEmpty();
    }
}
