package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpResponse;
import dev.kindred.release.AuditLog;
import dev.kindred.serve.access.Moments;
import dev.kindred.serve.access.Role;
import java.time.Instant;
import java.util.List;

/** {@code /v1/audit}: who did what, for those who are admin of all collections. */
final class AuditRoutes {
    private static final int PAGE = 1000;

    private final AuditLog log;

    AuditRoutes(AuditLog log) {
        this.log = log;
    }

    void bind(Door door) {
        door.get("/v1/audit", Rule.everywhere(Role.ADMIN), (call, request) -> read(call));
    }

    /**
     * {@code {"rows": [{"sequence", "at", "key", "name", "action", "collection", "request", "detail", "hash"}], "next"?}}, oldest first:
     * {@code ?since=} a moment or an age, {@code ?after=} the last sequence that was seen, {@code ?limit=} 1 to 1,000. With
     * {@code ?check=true} the whole chain is read: {@code {"rows", "head", "whole", "broken"?}}.
     */
    private HttpResponse read(Call call) {
        if (call.query().getBoolean("check", false)) {
            return Wire.json(log.check().json());
        }
        Instant since = Moments.since(call.query().get("since", ""), Instant.now());
        long after = call.number("after", 0, 0, Long.MAX_VALUE);
        int limit = (int) call.number("limit", PAGE, 1, PAGE);
        List<AuditLog.Row> rows = log.read(after, since.toEpochMilli(), limit);
        JsonArray all = new JsonArray();
        rows.forEach(row -> all.add(row.json()));
        JsonObject json = new JsonObject();
        json.add("rows", all);
        if (rows.size() == limit) {
            json.addProperty("next", rows.getLast().sequence());
        }
        return Wire.json(json);
    }
}
