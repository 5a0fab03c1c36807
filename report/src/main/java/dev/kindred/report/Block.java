package dev.kindred.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a section of a page is made of. */
public sealed interface Block {

    /** A paragraph. */
    record Prose(String text) implements Block {}

    /** Lines for a shell, as they are to be typed. */
    record Commands(List<String> lines) implements Block {
        public Commands {
            lines = List.copyOf(lines);
        }
    }

    /**
     * One figure, large.
     *
     * @param label what it is
     * @param value as shown
     * @param note its interval or unit; may be empty
     * @param beside what it is compared with, e.g. {@code raw pixels 21.7%}
     */
    record Figure(String label, String value, String note, List<String> beside) {
        public Figure {
            beside = List.copyOf(beside);
        }
    }

    record Figures(List<Figure> figures) implements Block {
        public Figures {
            figures = List.copyOf(figures);
        }
    }

    /** Plots side by side where there is room. */
    record Plots(List<Plot> plots) implements Block {
        public Plots {
            plots = List.copyOf(plots);
        }
    }

    /**
     * @param rows each as long as {@code headers}; the first column is text, the others are set as numbers
     */
    record Table(String caption, List<String> headers, List<List<String>> rows) implements Block {
        public Table {
            headers = List.copyOf(headers);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<String> row : rows) {
                if (row.size() != headers.size()) {
                    throw new IllegalArgumentException(row.size() + " cells under " + headers.size() + " headers");
                }
            }
        }
    }

    /**
     * A small picture with its words.
     *
     * @param png the file's bytes; null shows an empty place
     * @param tone of its frame
     */
    record Picture(byte @Nullable [] png, String label, String note, Tone tone) {}

    /** A row of pictures: a query, then what was found. */
    record Strip(String caption, Picture first, List<Picture> others) {
        public Strip {
            others = List.copyOf(others);
        }
    }

    record Strips(List<Strip> strips) implements Block {
        public Strips {
            strips = List.copyOf(strips);
        }
    }

    /**
     * A text, cut to what a reader takes in.
     *
     * @param note its rank, score or grade; may be empty
     * @param tone of its edge
     */
    record Passage(String text, String note, Tone tone) {
        private static final int LONGEST = 280;

        public Passage {
            int points = text.codePointCount(0, text.length());
            text = points <= LONGEST
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, LONGEST)).strip() + " …";
        }
    }

    /** A query in words, then what was found, what should have been, or what it was compared with. */
    record Answers(String caption, Passage first, List<Passage> others) {
        public Answers {
            others = List.copyOf(others);
        }
    }

    record Passages(List<Answers> answers) implements Block {
        public Passages {
            answers = List.copyOf(answers);
        }
    }
}
