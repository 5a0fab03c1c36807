package dev.kindred.core.metric;

/** What is said of a ranking that graded judgements are known for. Each is a mean over queries, in [0, 1]. */
public enum RankFigure {
    /** Normalised discounted cumulative gain of the first ten (Järvelin, Kekäläinen 2002): gain is the grade, discount log2(1 + rank). */
    NDCG_10("nDCG@10"),
    /** Average precision: the mean, over relevant documents, of the precision at their ranks; nought for those not found. */
    AVERAGE_PRECISION("MAP"),
    /** One over the rank of the first relevant document; nought where none was found. */
    RECIPROCAL_RANK("MRR"),
    /** The share of a query's relevant documents among the first k. */
    RECALL_1("Recall@1"),
    RECALL_5("Recall@5"),
    RECALL_10("Recall@10"),
    RECALL_100("Recall@100"),
    /** Whether any relevant document is among the first k. */
    SUCCESS_1("Success@1"),
    SUCCESS_5("Success@5"),
    SUCCESS_10("Success@10");

    private final String spoken;

    RankFigure(String spoken) {
        this.spoken = spoken;
    }

    /** Its name for people: {@code nDCG@10}. */
    public String spoken() {
        return spoken;
    }
}
