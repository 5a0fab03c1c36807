package dev.kindred.evaluate;

import dev.kindred.core.Refusal;
import dev.kindred.data.Episodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Episodes told by ids, as trials told by rows. */
final class Trials {
    private Trials() {}

    /** @throws Refusal where a sample of a trial could not be read */
    static List<OneShotTask.Trial> of(Episodes episodes, Samples samples) {
        Map<String, Integer> rows = new HashMap<>();
        for (int row = 0; row < samples.size(); row++) {
            rows.put(samples.ids().get(row), row);
        }
        List<OneShotTask.Trial> trials = new ArrayList<>();
        for (Episodes.Trial trial : episodes.trials()) {
            int[] candidates = new int[trial.candidates().size()];
            for (int c = 0; c < candidates.length; c++) {
                candidates[c] = row(
                        rows.get(trial.candidates().get(c)), trial.candidates().get(c), trial);
            }
            trials.add(new OneShotTask.Trial(
                    trial.episode(), row(rows.get(trial.query()), trial.query(), trial), candidates, trial.match()));
        }
        return trials;
    }

    private static int row(@Nullable Integer row, String id, Episodes.Trial trial) {
        if (row == null) {
            throw new Refusal(
                    "could not be read, but is part of trial " + trial.episode(), id, "mend it, or take the trial out");
        }
        return row;
    }

    /** The samples with the name of the episode that asks for them as the attribute {@code episode}. */
    static Samples withEpisodes(Samples samples, Episodes episodes) {
        Map<String, String> asked = new HashMap<>();
        episodes.trials().forEach(trial -> asked.put(trial.query(), trial.episode()));
        List<Map<String, String>> attributes = new ArrayList<>();
        for (int row = 0; row < samples.size(); row++) {
            Map<String, String> more = new HashMap<>(samples.attributes().get(row));
            String episode = asked.get(samples.ids().get(row));
            if (episode != null) {
                more.putIfAbsent("episode", episode);
            }
            attributes.add(more);
        }
        return new Samples(samples.ids(), samples.classes(), samples.labels(), attributes);
    }
}
