package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.seen.RoutePattern;
import java.util.function.Supplier;

/** What of requests is written into the audit log. */
final class Telling {
    private final Oversight oversight;

    Telling(Oversight oversight) {
        this.oversight = oversight;
    }

    /**
     * Answers, and writes down before what must be: every change, and in sensitive collections who asked. A change that came to nothing
     * gets a second row that says so.
     */
    HttpResponse told(Call call, Rule rule, Supplier<HttpResponse> answer) {
        Role role = rule.role();
        if (role == null || rule.tellsItself()) {
            return answer.get();
        }
        HttpMethod method = call.context().method();
        if (method == HttpMethod.GET || method == HttpMethod.HEAD) {
            return answer.get();
        }
        String collection = rule.everywhere() ? "" : call.collection();
        String action = method + " " + RoutePattern.of(call.context());
        JsonObject detail = new JsonObject();
        call.context().pathParams().forEach((name, value) -> {
            if (!name.equals("collection")) {
                // As it acts: what stands in the parameter is shortened by what comes after a semicolon.
                detail.addProperty(name, name.equals("id") ? Routes.id(call) : value);
            }
        });
        if (role == Role.READER) {
            if (oversight.isSensitive(collection)) {
                oversight.note(call.principal(), action, collection, call.request(), detail);
            }
            return answer.get();
        }
        oversight.before(call.principal(), action, collection, call.request(), detail);
        try {
            return answer.get();
        } catch (RuntimeException e) {
            detail.addProperty("failed", Problem.of(e).kind());
            oversight.note(call.principal(), action, collection, call.request(), detail);
            throw e;
        }
    }
}
