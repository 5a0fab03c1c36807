package dev.kindred.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Decision;
import dev.kindred.core.Interval;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code decision.json}: the calibration and the thresholds, as JSON and back. */
public final class DecisionJson {
    private DecisionJson() {}

    /** As it stands in a bundle. */
    public static JsonObject write(Decision decision) {
        JsonObject json = new JsonObject();
        json.addProperty("format", 1);
        JsonObject calibration = new JsonObject();
        calibration.add("scores", array(decision.calibration().scores()));
        calibration.add("logOdds", array(decision.calibration().logOdds()));
        json.add("calibration", calibration);
        json.add("thresholds", thresholds(decision.thresholds()));
        JsonObject cohorts = new JsonObject();
        new TreeMap<>(decision.cohorts()).forEach((name, list) -> cohorts.add(name, thresholds(list)));
        json.add("cohorts", cohorts);
        return json;
    }

    private static JsonArray thresholds(List<Threshold> thresholds) {
        JsonArray array = new JsonArray();
        for (Threshold t : thresholds) {
            JsonObject json = new JsonObject();
            json.addProperty("targetFmr", t.targetFmr());
            json.addProperty("threshold", t.threshold());
            json.addProperty("fmr", t.fmr());
            json.addProperty("fnmr", t.fnmr());
            Interval interval = t.fnmrInterval();
            if (interval != null) {
                json.add("fnmrInterval", array(List.of(interval.low(), interval.high())));
            }
            array.add(json);
        }
        return array;
    }

    private static JsonArray array(List<Double> numbers) {
        JsonArray array = new JsonArray();
        numbers.forEach(array::add);
        return array;
    }

    static Decision read(Fields json) {
        json.integer("format", 1, 1);
        try {
            Fields calibration = json.fields("calibration");
            Map<String, List<Threshold>> cohorts = new LinkedHashMap<>();
            Fields byCohort = json.fields("cohorts");
            for (String name : byCohort.object().keySet()) {
                cohorts.put(name, thresholds(byCohort, name));
            }
            return new Decision(
                    new Calibration(calibration.numbers("scores"), calibration.numbers("logOdds")),
                    thresholds(json, "thresholds"),
                    cohorts);
        } catch (IllegalArgumentException e) {
            throw new Refusal("is no decision: " + e.getMessage(), json.where(), "", e);
        }
    }

    private static List<Threshold> thresholds(Fields json, String name) {
        List<Threshold> thresholds = new ArrayList<>();
        for (Fields f : json.list(name)) {
            List<Double> interval = f.has("fnmrInterval") ? f.numbers("fnmrInterval") : List.of();
            thresholds.add(new Threshold(
                    f.number("targetFmr"),
                    f.number("threshold"),
                    f.number("fmr"),
                    f.number("fnmr"),
                    interval.size() == 2 ? new Interval(interval.get(0), interval.get(1)) : null));
        }
        return thresholds;
    }
}
