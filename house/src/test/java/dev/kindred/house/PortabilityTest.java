package dev.kindred.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is committed works on any machine: no file names a folder of one person's, or a host that packages come from. */
class PortabilityTest {
    /** Written so that it does not find itself. */
    private static final Pattern TIED = Pattern.compile(
            // a machine's own folders
            "(?<![\\w.~/}*-])/(?:work|root|home/\\w+|Users/\\w+)/[\\w.]"
                    // hosts of registries and mirrors; settings choose those, not sources
                    + "|https?://(?:[\\w-]+\\.)*(?:nexus|artifactory|mirrors?|proxy|registry|repo1?|packages|pypi)\\.[\\w.-]+"
                    // addresses by number, but for loopback and any
                    + "|https?://(?!127\\.0\\.0\\.1|0\\.0\\.0\\.0)\\d+\\.\\d+\\.\\d+\\.\\d+");

    @Test
    void noFileIsTiedToAMachine() throws Exception {
        List<String> found = new ArrayList<>();
        for (Path file : Checkout.files()) {
            String text = text(file);
            Matcher matcher = TIED.matcher(text);
            while (matcher.find()) {
                long line = text.substring(0, matcher.start()).lines().count();
                found.add(Checkout.root().relativize(file) + ":" + Math.max(1, line) + ": " + matcher.group());
            }
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "see @work/x",
                "at '@root/.m2'",
                "@home/anna/x",
                "https:@@repo.example.org/maven2",
                "http:@@10.1.2.3:80"
            })
    void suchPlacesAreSeen(String text) {
        assertThat(TIED.matcher(text.replace('@', '/')).find()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${target}@work@x",
                "http:@@127.0.0.1:8317/",
                "https:@@github.com/a/b",
                "~@work@photos",
                "images/root/x"
            })
    void othersAreNot(String text) {
        assertThat(TIED.matcher(text.replace('@', '/')).find()).isFalse();
    }

    /** Empty where the bytes are no UTF-8 text. */
    private static String text(Path file) throws Exception {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException binary) {
            return "";
        }
    }
}
