package dev.kindred.evaluate;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import org.jspecify.annotations.Nullable;

/**
 * Small pictures of a data set's samples, or their words, read anew when shown.
 *
 * @param rows the data set's row of each sample
 */
public record DatasetThumbnails(Dataset data, int[] rows) implements Thumbnails {
    private static final int SIDE = 96;

    @Override
    public byte @Nullable [] png(int row) {
        try {
            return data.content(rows[row]) instanceof Content.Pixels picture ? png(picture) : null;
        } catch (Refusal gone) {
            return null;
        }
    }

    @Override
    public @Nullable String words(int row) {
        try {
            return data.content(rows[row]) instanceof Content.Text text ? text.value() : null;
        } catch (Refusal gone) {
            return null;
        }
    }

    private static byte[] png(Content.Pixels picture) {
        int longest = Math.max(picture.width(), picture.height());
        if (longest <= SIDE) {
            return Pictures.png(picture);
        }
        int width = Math.max(1, picture.width() * SIDE / longest);
        int height = Math.max(1, picture.height() * SIDE / longest);
        PictureShape shape = new PictureShape(width, height, picture.channels(), PictureShape.Fit.STRETCH);
        return Pictures.png(new Content.Pixels(width, height, picture.channels(), shape.raster(picture)));
    }
}
