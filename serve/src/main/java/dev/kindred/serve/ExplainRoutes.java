package dev.kindred.serve;

import dev.kindred.serve.access.Role;
import dev.kindred.serve.batch.Lane;

/** Why things score as they do. */
final class ExplainRoutes {
    private final Hosting hosting;

    ExplainRoutes(Hosting hosting) {
        this.hosting = hosting;
    }

    void bind(Door door) {
        for (String path : new String[] {"/v1/explain", "/v1/collections/{collection}/explain"}) {
            door.post(
                    path,
                    Role.READER,
                    Lane.ASK,
                    hosting.hosts()::expected,
                    (call, body) -> hosting.answered(
                            call,
                            hosted -> hosted.explaining().explain(call, body).toString()));
        }
    }
}
