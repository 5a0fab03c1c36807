package dev.kindred.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** The fields of one moment of the view, by the terms that say of each item which it has: a few looks into the dictionary. */
final class ViewPayloadFields implements PayloadFields {
    private final List<ViewSegment> segments;

    ViewPayloadFields(List<ViewSegment> segments) {
        this.segments = segments;
    }

    @Override
    public boolean isEmpty() {
        return segments.stream().allMatch(segment -> segment.live() == 0);
    }

    @Override
    public boolean has(String field, Set<FieldKind> oneOf) {
        try {
            for (ViewSegment segment : segments) {
                TermsEnum terms = terms(segment);
                for (FieldKind kind : oneOf) {
                    if (terms != null && terms.seekExact(FilterTerms.has(field, kind)) && isAlive(terms, segment)) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable TermsEnum terms(ViewSegment segment) throws IOException {
        Terms terms = segment.reader().terms(ViewFields.TERMS);
        return terms == null ? null : terms.iterator();
    }

    /** Rows that are gone keep their terms until they are merged away; they are few, and the first is mostly there. */
    private static boolean isAlive(TermsEnum at, ViewSegment segment) throws IOException {
        PostingsEnum rows = at.postings(null, PostingsEnum.NONE);
        int row = rows.nextDoc();
        while (row != DocIdSetIterator.NO_MORE_DOCS && !segment.isLive(row)) {
            row = rows.nextDoc();
        }
        return row != DocIdSetIterator.NO_MORE_DOCS;
    }

    @Override
    public Map<String, Set<FieldKind>> named() {
        Map<String, Set<FieldKind>> named = new TreeMap<>();
        try {
            for (ViewSegment segment : segments) {
                TermsEnum terms = terms(segment);
                if (terms != null) {
                    name(terms, segment, named);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return named;
    }

    /** From field to field; their values are leapt over. */
    private static void name(TermsEnum terms, ViewSegment segment, Map<String, Set<FieldKind>> named)
            throws IOException {
        BytesRef at = terms.next();
        while (at != null && named.size() < MOST_NAMED) {
            FilterTerms.Presence presence = FilterTerms.presence(at);
            if (presence != null) {
                if (isAlive(terms, segment)) {
                    named.computeIfAbsent(presence.field(), f -> EnumSet.noneOf(FieldKind.class))
                            .add(presence.kind());
                }
                at = terms.next();
            } else {
                boolean more = terms.seekCeil(FilterTerms.afterField(at)) != TermsEnum.SeekStatus.END;
                at = more ? terms.term() : null;
            }
        }
    }
}
