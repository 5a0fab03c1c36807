package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.encode.Bundle;
import java.util.ArrayList;
import java.util.List;

/** The columns of the table that a bundle was taught on, as its provenance has them. */
final class TaughtColumns {
    /** The field of the provenance's {@code data}. */
    static final String FIELD = "columns";

    private TaughtColumns() {}

    /** Empty where it was taught on no table, or by a program that did not write them. */
    static List<String> of(Bundle bundle) {
        JsonObject provenance = bundle.manifest().getAsJsonObject("provenance");
        List<String> names = new ArrayList<>();
        if (provenance != null
                && provenance.get("data") instanceof JsonObject data
                && data.get(FIELD) instanceof JsonArray columns) {
            for (JsonElement column : columns) {
                if (column.isJsonPrimitive()) {
                    names.add(column.getAsString());
                }
            }
        }
        return names;
    }
}
