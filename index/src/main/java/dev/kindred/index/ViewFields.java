package dev.kindred.index;

import dev.kindred.core.Distance;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;

/** An item as a document of the view. */
final class ViewFields {
    static final String ID = "id";
    static final String VECTOR = "vector";
    static final String CODES = "codes";
    static final String PAYLOAD = "payload";
    static final String SEQUENCE = "sequence";
    static final String TERMS = "terms";

    /** How often each word stands in a text, and how long that is; not where. */
    private static final FieldType WORDS = words();

    private ViewFields() {}

    private static FieldType words() {
        FieldType type = new FieldType();
        type.setTokenized(true);
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        type.freeze();
        return type;
    }

    /** Where a payload field's numbers stand. */
    static String numbers(String field) {
        return "number:" + field;
    }

    static String moments(String field) {
        return "moment:" + field;
    }

    /** Where the words of a payload field's texts stand. */
    static String words(String field) {
        return "words:" + field;
    }

    static Term id(String id) {
        return new Term(ID, new BytesRef(id.getBytes(StandardCharsets.UTF_8)));
    }

    static Document of(long sequence, Item item, Distance distance, Engine.Codes codes) {
        Document document = new Document();
        BytesRef id = new BytesRef(item.id().getBytes(StandardCharsets.UTF_8));
        document.add(new StringField(ID, id, Field.Store.NO));
        document.add(new BinaryDocValuesField(ID, id));
        document.add(new NumericDocValuesField(SEQUENCE, sequence));
        document.add(new BinaryDocValuesField(
                PAYLOAD, new BytesRef(PayloadCodec.encode(item.payload(), Vectors.named(item.id())))));
        float[] row = Vectors.compared(item.vector(), distance);
        document.add(new KnnFloatVectorField(VECTOR, row, similarity(distance)));
        if (codes == Engine.Codes.INT8) {
            document.add(new KnnByteVectorField(CODES, RowCodes.of(row), VectorSimilarityFunction.DOT_PRODUCT));
        }
        for (Map.Entry<String, Value> field : item.payload().entrySet()) {
            filterable(document, field.getKey(), field.getValue());
            List<String> words = TextWords.of(field.getValue());
            if (!words.isEmpty()) {
                document.add(new Field(words(field.getKey()), new TextWords.Listed(words), WORDS));
            }
        }
        return document;
    }

    private static void filterable(Document document, String field, Value value) {
        document.add(new StringField(TERMS, FilterTerms.has(field, FieldKind.of(value)), Field.Store.NO));
        for (BytesRef term : FilterTerms.of(field, value)) {
            document.add(new StringField(TERMS, term, Field.Store.NO));
        }
        byte[] number = FilterTerms.number(value);
        if (number != null) {
            document.add(new BinaryPoint(numbers(field), number));
        } else if (value instanceof Value.Moment moment) {
            document.add(new BinaryPoint(moments(field), FilterTerms.moment(moment.value())));
        }
    }

    /** How the graph compares. Under cosine rows stand with unit length, so that their inner products are it. */
    static VectorSimilarityFunction similarity(Distance distance) {
        return switch (distance) {
            case COSINE -> VectorSimilarityFunction.DOT_PRODUCT;
            case L2 -> VectorSimilarityFunction.EUCLIDEAN;
            case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
        };
    }
}
