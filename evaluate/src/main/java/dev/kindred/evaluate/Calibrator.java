package dev.kindred.evaluate;

import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Threshold;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.CalibrationFit;
import dev.kindred.core.metric.Verification;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Chooses thresholds and fits the calibration on validation samples, which the encoder never learned from. Whether their classes are ones
 * that it never learned from either is the caller's matter: so it is where whole classes are held out, but not where there are too few to
 * hold any out, nor of samples named for validation that are of the classes taught, nor of given pairs, which know no classes. The same
 * samples have chosen the weights, so rates elsewhere are a little worse. A target rate that the validation pairs cannot tell gets no
 * threshold.
 */
public final class Calibrator {
    private Calibrator() {}

    /**
     * @param validation embeddings of validation samples
     * @param labels their classes; −1 takes no part
     * @param seed of the intervals' bootstrap
     * @throws dev.kindred.core.Refusal where there is no same or no different pair
     */
    public static Decision calibrate(Embeddings validation, int[] labels, Workers workers, long seed) {
        return decision(Verification.measure(validation, labels, seed, workers));
    }

    /**
     * With thresholds of their own for parts of the data.
     *
     * @param cohorts rows of each part, by {@code attribute=value}; a part that holds too few pairs is left out
     */
    public static Decision calibrate(
            Embeddings validation, int[] labels, Map<String, int[]> cohorts, Workers workers, long seed) {
        Decision common = calibrate(validation, labels, workers, seed);
        Map<String, List<Threshold>> own = new TreeMap<>();
        cohorts.forEach((cohort, rows) -> {
            int[] of = java.util.Arrays.stream(rows).map(row -> labels[row]).toArray();
            try {
                List<Threshold> thresholds =
                        thresholds(Verification.measure(validation.select(rows), of, seed, workers));
                if (!thresholds.isEmpty()) {
                    own.put(cohort, thresholds);
                }
            } catch (dev.kindred.core.Refusal noPairs) {
                // The common thresholds decide for a cohort without pairs of its own.
            }
        });
        return new Decision(common.calibration(), common.thresholds(), own);
    }

    /** From pairs already measured. */
    public static Decision decision(Verification validation) {
        return new Decision(CalibrationFit.of(validation.counts(), validation.samples()), thresholds(validation));
    }

    private static List<Threshold> thresholds(Verification validation) {
        return validation.operating().stream()
                .map(o -> new Threshold(
                        o.targetFmr(),
                        o.threshold(),
                        o.fmr(),
                        o.fnmr().value(),
                        o.fnmr().interval()))
                .toList();
    }
}
