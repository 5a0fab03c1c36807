package dev.kindred.encode;

import dev.kindred.core.Refusal;

/** Samples as an encoder's graph takes them, prepared elsewhere: nothing of the sealed preprocessing is done to them. */
public sealed interface GraphTensors {

    /** How many samples. */
    int count();

    /**
     * One tensor of numbers.
     *
     * @param values sample after sample, as many each as {@link Encoder#graph} says
     */
    record Values(int count, float[] values) implements GraphTensors {

        /** @throws Refusal where a sample has not {@code size} numbers, or one is not finite */
        float[] require(int size) {
            if (values.length != (long) count * size) {
                throw new Refusal(
                        values.length + " numbers for " + count + " samples of " + size,
                        "",
                        "prepare them as the graph takes them");
            }
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    throw new Refusal("number " + i + " of the tensor is " + values[i], "", "give finite numbers");
                }
            }
            return values;
        }
    }

    /**
     * Texts as their tokens, each as wide as the widest; what fills up is masked.
     *
     * @param ids {@code count · width} of the encoder's own tokenizer
     * @param mask as many, 1 for a token that is read and 0 for one that is not
     */
    record Tokens(int count, int width, long[] ids, long[] mask) implements GraphTensors {

        /** @throws Refusal where the texts are longer than the encoder reads, or one has nothing to read */
        Tokens require(int most) {
            if (width < 1 || width > most) {
                throw new Refusal(width + " tokens a text", "", "this encoder reads 1 to " + most);
            }
            if (ids.length != (long) count * width || mask.length != ids.length) {
                throw new Refusal(
                        "%d ids and %d of a mask for %d × %d tokens".formatted(ids.length, mask.length, count, width),
                        "",
                        "give both in one shape");
            }
            for (int row = 0; row < count; row++) {
                boolean read = false;
                for (int at = row * width; at < (row + 1) * width; at++) {
                    if (ids[at] < 0 || ids[at] > Integer.MAX_VALUE || (mask[at] & ~1L) != 0) {
                        throw new Refusal(
                                "token %d of text %d has id %d and mask %d"
                                        .formatted(at - row * width, row, ids[at], mask[at]),
                                "",
                                "ids are of the vocabulary, a mask is 0 or 1");
                    }
                    read |= mask[at] == 1;
                }
                if (!read) {
                    throw new Refusal("text " + row + " is masked whole", "", "leave one token to read at least");
                }
            }
            return this;
        }
    }

    /** The refusal of tensors that an encoder does not take. */
    static Refusal wrongKind(Encoder encoder) {
        return new Refusal(
                "these are not the tensors of this encoder's graph",
                "",
                encoder.graph().isEmpty()
                        ? "it takes none ready made"
                        : "it takes "
                                + String.join(
                                        ", ",
                                        encoder.graph().stream()
                                                .map(GraphInput::name)
                                                .toList()));
    }
}
