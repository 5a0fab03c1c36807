package dev.kindred.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Content;
import dev.kindred.media.Pictures;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreshTest {
    private final Fresh fresh = new Fresh(1_000_000);

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp", "pgm"})
    void aPictureHasOtherBytesAndLooksTheSame(String format) throws IOException {
        byte[] picture = drawn(format);
        byte[] first = fresh.content(picture, true, 0);
        byte[] second = fresh.content(picture, true, 1);
        assertThat(first).isNotEqualTo(picture).isNotEqualTo(second);
        assertThat(first).isEqualTo(fresh.content(picture, true, 0));
        Content.Pixels was = Pictures.decode(picture, "a");
        assertThat(Pictures.decode(first, "a").values()).isEqualTo(was.values());
        assertThat(Pictures.decode(second, "a").values()).isEqualTo(was.values());
    }

    private static byte[] drawn(String format) throws IOException {
        if (format.equals("pgm")) {
            byte[] head = "P5 24 16 255\n".getBytes(StandardCharsets.US_ASCII);
            byte[] whole = Arrays.copyOf(head, head.length + 24 * 16);
            Arrays.fill(whole, head.length, head.length + 100, (byte) 77);
            return whole;
        }
        BufferedImage image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 12; i++) {
            image.setRGB(2 * i, i, 0x40A0F0);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    @Test
    void aTextEndsWithANumber() {
        byte[] text = "grün".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(fresh.content(text, false, 7), StandardCharsets.UTF_8))
                .isEqualTo("grün 1000007");
    }
}
