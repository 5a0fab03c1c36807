package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.report.Page;
import java.util.List;

/** What a task gave, with the data that it was measured on. */
sealed interface Outcome {

    /** The figures as DESIGN §4 names them. */
    JsonObject json();

    /** The figures for people. */
    List<String> lines();

    /** What was measured on, in a sentence. */
    String sentence();

    /** The page with the figures. The workers must still be open. */
    Page addTo(Page page);

    /** Retrieval by label; the page shows verification too. */
    record Found(LabelledSet set, RetrievalTask.Result result) implements Outcome {
        @Override
        public JsonObject json() {
            return result.json();
        }

        @Override
        public List<String> lines() {
            return result.lines();
        }

        @Override
        public String sentence() {
            return set.sentence();
        }

        @Override
        public Page addTo(Page page) {
            return both(page, set, result, set.told());
        }
    }

    /** Verification by label; the page shows retrieval too. */
    record Told(LabelledSet set, VerificationTask.Result result) implements Outcome {
        @Override
        public JsonObject json() {
            return result.json();
        }

        @Override
        public List<String> lines() {
            return result.lines();
        }

        @Override
        public String sentence() {
            return set.sentence();
        }

        @Override
        public Page addTo(Page page) {
            return both(page, set, set.found(), result);
        }
    }

    /** One-shot trials. */
    record Answered(LabelledSet set, OneShotTask.Result result) implements Outcome {
        @Override
        public JsonObject json() {
            return result.json();
        }

        @Override
        public List<String> lines() {
            return result.lines();
        }

        @Override
        public String sentence() {
            return set.sentence();
        }

        @Override
        public Page addTo(Page page) {
            return EvaluationReport.oneShot(page, result, set.encoded().views().encoder(), set.thumbnails());
        }
    }

    /** Queries judged by qrels. */
    record Ranked(JudgedSet set, RankedTask.Result result) implements Outcome {
        @Override
        public JsonObject json() {
            return result.json();
        }

        @Override
        public List<String> lines() {
            return result.lines();
        }

        @Override
        public String sentence() {
            return set.sentence();
        }

        @Override
        public Page addTo(Page page) {
            return TextReport.ranked(page, set, result);
        }
    }

    /** Graded pairs. */
    record Graded(PairSet set, StsTask.Result result) implements Outcome {
        @Override
        public JsonObject json() {
            return result.json();
        }

        @Override
        public List<String> lines() {
            return result.lines();
        }

        @Override
        public String sentence() {
            return "Measured on %d graded pairs.".formatted(set.answers().length);
        }

        @Override
        public Page addTo(Page page) {
            return TextReport.graded(page, set, result);
        }
    }

    /** Pairs given with their answers. */
    record Paired(PairSet set, GivenPairsTask.Result result) implements Outcome {
        @Override
        public JsonObject json() {
            return result.json();
        }

        @Override
        public List<String> lines() {
            return result.lines();
        }

        @Override
        public String sentence() {
            return "Measured on %d pairs, as they were given.".formatted(set.answers().length);
        }

        @Override
        public Page addTo(Page page) {
            return TextReport.paired(page, set, result);
        }
    }

    private static Page both(Page page, LabelledSet set, RetrievalTask.Result found, VerificationTask.Result told) {
        return EvaluationReport.verification(
                EvaluationReport.retrieval(page, found, set.encoded().views().encoder(), set.thumbnails()), told);
    }
}
