package dev.kindred.serve;

import dev.kindred.serve.access.Role;

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
                    (call, body) ->
                            hosting.answered(call, hosted -> hosted.explaining().explain(body)));
        }
    }
}
