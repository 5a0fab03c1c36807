package dev.kindred.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;

/**
 * What was written is found at once by reading it, and gets its graph by a merge, on all threads and beside whatever else goes on: so a
 * segment as it was written, of rows enough for a graph, is merged by itself where nothing else would merge it.
 */
final class GraphMerges extends FilterMergePolicy {
    private final int from;

    /** @param from rows from which on a segment has a graph */
    GraphMerges(MergePolicy policy, int from) {
        super(policy);
        this.from = from;
    }

    @Override
    public MergeSpecification findMerges(MergeTrigger trigger, SegmentInfos infos, MergeContext context)
            throws IOException {
        return withGraphs(super.findMerges(trigger, infos, context), infos, context);
    }

    @Override
    public MergeSpecification findForcedMerges(
            SegmentInfos infos, int most, Map<SegmentCommitInfo, Boolean> toMerge, MergeContext context)
            throws IOException {
        return withGraphs(super.findForcedMerges(infos, most, toMerge, context), infos, context);
    }

    // Lucene says with null that there is nothing to merge.
    @SuppressWarnings("NullAway")
    private MergeSpecification withGraphs(MergeSpecification found, SegmentInfos infos, MergeContext context) {
        Set<SegmentCommitInfo> taken = new HashSet<>(context.getMergingSegments());
        if (found != null) {
            found.merges.forEach(merge -> taken.addAll(merge.segments));
        }
        List<OneMerge> more = new ArrayList<>();
        for (SegmentCommitInfo segment : infos) {
            boolean written = "flush".equals(segment.info.getDiagnostics().get("source"));
            if (written && segment.info.maxDoc() >= from && !taken.contains(segment)) {
                more.add(new OneMerge(List.of(segment)));
            }
        }
        if (more.isEmpty()) {
            return found;
        }
        MergeSpecification all = found == null ? new MergeSpecification() : found;
        more.forEach(all::add);
        return all;
    }
}
