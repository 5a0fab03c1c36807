package dev.kindred.encode;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Refusal;

/**
 * From a decoded content to what an encoder's graph takes. Sealed with the encoder, so that serving does what training did; it decides
 * the space as much as the graph does.
 */
public sealed interface Preparation permits PicturePreparation, TextPreparation, CharacterPreparation {

    /** What it prepares, in people's words: {@code pictures}, {@code texts}. */
    String takes();

    /** This, where it prepares pictures. @throws Refusal where it prepares anything else */
    default PicturePreparation pictures() {
        throw new Refusal("this encoder takes " + takes() + ", not pictures", "", "give another bundle");
    }

    JsonObject json();

    static Preparation read(Fields json) {
        json.integer("format", 1, 1);
        return switch (json.text("kind")) {
            case "picture" -> PicturePreparation.read(json);
            case "text" -> TextPreparation.read(json);
            case "characters" -> CharacterPreparation.read(json);
            default -> throw new Refusal("prepares " + json.text("kind"), json.where(), "open it with a newer Kindred");
        };
    }

    /** The refusal of a content that an encoder does not take. */
    static Refusal wrongKind(Preparation preparation, Content content) {
        String given = switch (content) {
            case Content.Pixels p -> "pictures";
            case Content.Text t -> "texts";
            case Content.Sound s -> "sound";
            case Content.Row r -> "rows of features";
            case Content.Vector v -> "vectors";
        };
        return new Refusal(
                "this encoder takes " + preparation.takes() + ", not " + given,
                "",
                "give " + preparation.takes() + ", or another bundle");
    }
}
