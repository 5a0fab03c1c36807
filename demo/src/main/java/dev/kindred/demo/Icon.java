package dev.kindred.demo;

import dev.kindred.core.Content;

/**
 * One drawn icon.
 *
 * @param id family and glyph, unique: {@code feather/trash-2}
 * @param family the hand that drew it
 * @param name what it shows, in the words common to all families ({@link IconNames}): {@code trash}
 * @param style {@code outline}, {@code solid} … where the family says, else {@code plain}
 * @param pixels 48×48 grey, dark on white
 */
public record Icon(String id, IconFamily family, String name, String style, Content.Pixels pixels) {}
