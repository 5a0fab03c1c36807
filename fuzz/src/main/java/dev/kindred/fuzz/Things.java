package dev.kindred.fuzz;

import dev.kindred.fuzz.Exchange.Header;

/**
 * What a server holds that can be asked about.
 *
 * @param pictures a collection that takes pictures
 * @param picture an item of it
 * @param png a picture
 * @param jpeg the same as a JPEG
 * @param dimension of its vectors
 * @param texts the collection that is asked where none is named; it takes texts
 * @param text an item of it
 * @param textDimension of its vectors
 * @param key that may do everything; empty where none is asked for
 * @param spareKey the id of one that may be revoked; empty where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
public record Things(
        String pictures,
        String picture,
        byte[] png,
        byte[] jpeg,
        int dimension,
        String texts,
        String text,
        int textDimension,
        String key,
        String spareKey) {

    /** The same request, shown the key with. */
    Exchange signed(Exchange exchange) {
        return key.isEmpty() ? exchange : exchange.with(new Header("Authorization", "Bearer " + key));
    }

    public Things with(String shown, String spare) {
        return new Things(pictures, picture, png, jpeg, dimension, texts, text, textDimension, shown, spare);
    }
}
