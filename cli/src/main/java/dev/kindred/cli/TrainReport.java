package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Workers;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.EvaluationReport;
import dev.kindred.evaluate.RetrievalTask;
import dev.kindred.evaluate.Samples;
import dev.kindred.evaluate.TrainingReport;
import dev.kindred.evaluate.VerificationTask;
import dev.kindred.evaluate.Views;
import dev.kindred.media.Pictures;
import dev.kindred.report.Page;
import dev.kindred.train.Teaching;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The page that a run leaves behind: how teaching went, and how good its encoder is on the validation classes beside the baselines. */
record TrainReport(
        Provenance provenance,
        Teaching.Taught taught,
        EncoderParts parts,
        Decision decision,
        List<Content.Pixels> pictures) {

    /**
     * @param rows of the data set, one a picture
     * @param validation embeddings of the pictures
     */
    void write(Path path, int[] rows, Embeddings validation, int threads, Workers workers) {
        long seed = provenance.plan().recipe().seed();
        List<String> ids = new ArrayList<>();
        List<Map<String, String>> attributes = new ArrayList<>();
        int[] labels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            ids.add(provenance.data().entry(rows[i]).id());
            attributes.add(provenance.data().entry(rows[i]).attributes());
            labels[i] = provenance.data().labels()[rows[i]];
        }
        Samples samples = new Samples(ids, provenance.data().classes(), labels, attributes);
        Views views = new Views(
                validation,
                RawPixels.of(pictures.stream().map(Content.Pixels::values).toList()),
                untrained(seed, threads));
        Page page = TrainingReport.teaching(
                Page.titled("How teaching went", "One run, from its first step to the sealed bundle."),
                points(),
                provenance.facts());
        RetrievalTask.Result finding = RetrievalTask.run(samples, views, null, seed, workers);
        page = EvaluationReport.retrieval(page, finding, validation, row -> Pictures.png(pictures.get(row)));
        page = EvaluationReport.verification(page, VerificationTask.run(samples, views, decision, null, seed, workers));
        page.colophon("Measured on " + provenance.heldOut()
                        + ", which also chose the best weights and the thresholds. Kindred " + Version.current())
                .write(path);
    }

    private Embeddings untrained(long seed, int threads) {
        try (Encoder encoder = parts.untrained(seed).open(threads)) {
            return encoder.encode(List.copyOf(pictures));
        }
    }

    private List<TrainingReport.Point> points() {
        return taught.history().stream()
                .map(p -> new TrainingReport.Point(
                        p.step(), p.loss(), p.recall(), p.mapAtR(), p.variance(), p.learningRate()))
                .toList();
    }
}
