package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zips from strangers. */
class ArchiveTest {
    private static final int CENTRAL = 0x02014b50;

    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"../x.png", "a/../../x.png", "/etc/x.png", "..\\x.png", "C:\\x.png", ".."})
    void namesThatLeadOutsideRefuseTheWhole(String name) {
        Path zip = Drawn.write(dir, "evil.zip", Drawn.zip(Map.of("a/1.png", Drawn.png(1), name, Drawn.png(2))));
        assertThatThrownBy(() -> Drawn.read(zip)).isInstanceOfSatisfying(Refusal.class, r -> {
            assertThat(r.where()).isEqualTo(zip.toString());
            assertThat(r.what()).contains("leads outside");
        });
    }

    @Test
    void aBombIsRefusedByItsDirectory() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            entries.put("a/" + i + ".png", new byte[1000]);
        }
        byte[] zip = Drawn.zip(entries);
        forEachCentral(
                zip, at -> ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 24, 60 << 20));
        Path file = Drawn.write(dir, "bomb.zip", zip);
        assertThatThrownBy(() -> Drawn.read(file)).isInstanceOf(Refusal.class).hasMessageContaining("zip bomb");
    }

    @Test
    void entriesThatOverlapAreABomb() {
        byte[] noise = new byte[4000];
        new Random(1).nextBytes(noise);
        byte[] zip = Drawn.zip(Map.of("a.png", noise, "b.png", noise, "c.png", new byte[10]));
        // Both large entries claim to be larger than the file has room for.
        forEachCentral(
                zip, at -> ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 20, 3 * zip.length / 4));
        Path file = Drawn.write(dir, "overlap.zip", zip);
        assertThatThrownBy(() -> Drawn.read(file)).isInstanceOf(Refusal.class);
    }

    @Test
    void aDirectoryThatLiesAboutSizesOrChecksumsIsNotBelieved() {
        byte[] smaller = Drawn.zip(Map.of("a/1.png", Drawn.png(1)));
        forEachCentral(
                smaller,
                at -> ByteBuffer.wrap(smaller).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 24, 10));
        Dataset lying = Drawn.read(Drawn.write(dir, "smaller.zip", smaller));
        assertThatThrownBy(() -> lying.bytes(0))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("holds more than it declares");
        byte[] wrong = Drawn.zip(Map.of("a/1.png", Drawn.png(1)));
        forEachCentral(
                wrong,
                at -> ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 16, 12345));
        Dataset damaged = Drawn.read(Drawn.write(dir, "wrong.zip", wrong));
        assertThatThrownBy(() -> damaged.bytes(0)).isInstanceOf(Refusal.class).hasMessageContaining("checksum");
    }

    @Test
    void anEntryLargerThanAnyPictureIsOneBadSample() {
        byte[] zip = Drawn.zip(Map.of("a/1.png", Drawn.png(1)));
        forEachCentral(
                zip, at -> ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 24, 65 << 20));
        Dataset data = Drawn.read(Drawn.write(dir, "large.zip", zip));
        assertThat(data.size()).isEqualTo(1);
        assertThatThrownBy(() -> data.bytes(0)).hasMessageContaining("is larger than 67,108,864 bytes");
    }

    @Test
    void whatIsNoZipOrIsCutShortIsRefused() {
        Path text = Drawn.write(dir, "text.zip", "not a zip");
        assertThatThrownBy(() -> Drawn.read(text)).hasMessageContaining("is not a whole zip");
        byte[] whole = Drawn.zip(Map.of("a/1.png", Drawn.png(1)));
        Path cut = Drawn.write(dir, "cut.zip", Arrays.copyOf(whole, whole.length - 30));
        assertThatThrownBy(() -> Drawn.read(cut)).isInstanceOf(Refusal.class);
        Path empty = Drawn.write(dir, "empty.zip", Drawn.zip(Map.of()));
        assertThatThrownBy(() -> Drawn.read(empty)).hasMessageContaining("holds no samples");
        Path nothing = Drawn.write(dir, "nothing.zip", new byte[0]);
        assertThatThrownBy(() -> Drawn.read(nothing)).isInstanceOf(Refusal.class);
    }

    /** Damage ends in pictures or refusals, never in another exception. */
    @Test
    void damageNeverBreaksOut() {
        byte[] whole = Drawn.zip(Map.of("a/1.png", Drawn.png(1), "b/2.png", Drawn.png(2)));
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bad = whole.clone();
            for (int i = 0; i < 4; i++) {
                int from = seed % 2 == 0 ? bad.length - 150 : 0;
                bad[from + random.nextInt(bad.length - from)] = (byte) random.nextInt();
            }
            Path file = Drawn.write(dir, "damaged" + seed + ".zip", bad);
            try {
                Dataset data = Drawn.read(file);
                for (int i = 0; i < data.size(); i++) {
                    try {
                        data.content(i);
                    } catch (Refusal expected) {
                        assertThat(expected.where()).startsWith(file.toString());
                    }
                }
            } catch (Refusal expected) {
                assertThat(expected.where()).startsWith(file.toString());
            }
        }
    }

    private static void forEachCentral(byte[] zip, IntConsumer change) {
        ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 46 <= zip.length; at++) {
            if (buffer.getInt(at) == CENTRAL) {
                change.accept(at);
            }
        }
        assertThat(new String(zip, StandardCharsets.ISO_8859_1)).contains("PK\u0001\u0002");
    }
}
