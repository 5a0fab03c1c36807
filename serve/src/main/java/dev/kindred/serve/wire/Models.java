package dev.kindred.serve.wire;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.serve.Call;
import dev.kindred.serve.Hosted;
import dev.kindred.serve.Hosts;
import dev.kindred.serve.Problem;
import dev.kindred.serve.access.Role;
import java.util.List;

/**
 * What clients of other protocols call a model: {@code collection}, or {@code collection@release} where the release must be the one that
 * is live. A release is named by its bundle's id or the beginning of it.
 */
final class Models {
    /** Fewer letters of an id say nothing. */
    private static final int LEAST_LETTERS = 4;
    /** As {@code Collections.requireName} has it. */
    private static final int LONGEST_NAME = 64;

    private final Hosts hosts;

    Models(Hosts hosts) {
        this.hosts = hosts;
    }

    /** Those that a caller may read, by name. */
    List<Hosted> readable(Call call) {
        return hosts.readable(call.principal());
    }

    /**
     * The collection that is meant, for a reader of it.
     *
     * @param where the field that names it, for errors
     * @throws Problem 403 where the caller may not read it; 404 where there is none, or another release is live
     */
    Hosted require(Call call, String model, String where) {
        return require(call, model, "", where);
    }

    /** The same to have something embedded: where that is to be kept, who asked is written down. */
    Hosted asked(Call call, String collection, String release, String where) {
        Hosted hosted = require(call, collection, release, where);
        call.tell(hosted);
        return hosted;
    }

    /** The same, the release named apart; empty for whichever is live. */
    Hosted require(Call call, String collection, String release, String where) {
        // Once, at the last one: of what stands before it, any more are part of a name that no collection has.
        int at = release.isEmpty() ? collection.lastIndexOf('@') : -1;
        return at < 0
                ? live(call, collection, release, where)
                : live(call, collection.substring(0, at), collection.substring(at + 1), where);
    }

    private Hosted live(Call call, String collection, String release, String where) {
        if (collection.length() > LONGEST_NAME) {
            throw Problem.badRequest(
                    "no collection has a name of more than " + LONGEST_NAME + " characters",
                    where,
                    "say collection, or collection@release");
        }
        call.require(Role.READER, collection);
        Hosted hosted = hosts.require(call, collection);
        String live = hosted.served().bundle();
        if (!release.isEmpty() && !(release.length() >= LEAST_LETTERS && live.startsWith(release))) {
            throw new Problem(
                    HttpStatus.NOT_FOUND,
                    "other-release",
                    "release '" + Names.cut(release) + "' of " + collection + " is not live",
                    where,
                    "live is " + collection + "@" + live.substring(0, Math.min(12, live.length())));
        }
        return hosted.requireSpace(call.context().request());
    }
}
