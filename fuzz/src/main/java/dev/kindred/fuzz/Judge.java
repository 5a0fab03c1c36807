package dev.kindred.fuzz;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kindred.fuzz.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Says of a reply what should not be in it. */
final class Judge {
    private static final Pattern TRACE = Pattern.compile("\\tat |Exception|\\bat"
            + " [a-z]+(\\.[\\w$]+)+\\(|dev\\.kindred|java\\.(lang|util|io)\\.|io\\.netty|com\\.linecorp");
    private static final Pattern LATE =
            Pattern.compile("problem:(timeout|deadline)|the request took too long|in the time that was given");
    /** UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS. */
    private static final Set<Integer> FAULTS = Set.of(2, 13, 14, 15);

    private static final int DEADLINE_EXCEEDED = 4;
    private static final int SHOWN = 300;

    private Judge() {}

    static List<Finding> of(Case asked, Conversation.Outcome outcome) {
        List<Finding> findings = new ArrayList<>();
        outcome.hang().ifPresent(what -> findings.add(new Finding(Kind.HANG, what, asked)));
        outcome.broken().ifPresent(what -> findings.add(new Finding(Kind.SHAPE, what, asked)));
        for (Reply reply : outcome.replies()) {
            of(asked, reply, findings);
        }
        return findings;
    }

    private static void of(Case asked, Reply reply, List<Finding> findings) {
        if (isLate(reply)) {
            if (asked.deadlines() == 0) {
                findings.add(new Finding(Kind.HANG, shown(reply), asked));
            }
        } else if (isFault(reply)) {
            findings.add(new Finding(Kind.SERVER_ERROR, shown(reply), asked));
        }
        // Bad settings of an upgrade are refused by the network library itself, in its own words.
        boolean upgrade = asked.family().equals("http1: upgrade");
        boolean refused = reply.code() >= 400 || reply.rpc() > 0;
        if (refused
                && TRACE.matcher(reply.header("grpc-message") + reply.text()).find()) {
            findings.add(new Finding(Kind.TRACE, shown(reply), asked));
        }
        if (reply.code() == 200 && reply.header("content-type").startsWith("application/grpc") && reply.rpc() < 0) {
            if (!isWeb(reply)) {
                findings.add(new Finding(Kind.SHAPE, "no grpc-status: " + shown(reply), asked));
            }
            return;
        }
        if (reply.code() < 400 || upgrade || speaksBadly(asked)) {
            return;
        }
        // What is no call at all is turned away at gRPC's addresses by its library, in the words of its own.
        boolean noCall = asked.route().contains(Route.SERVICE) && (reply.code() == 405 || reply.code() == 415);
        if (asked.ending() != Case.Ending.HEAD_REPLY && !noCall && !isProblem(reply)) {
            findings.add(new Finding(Kind.SHAPE, shown(reply), asked));
        }
        if (reply.header("kindred-request").isEmpty()) {
            findings.add(new Finding(Kind.SHAPE, "no Kindred-Request: " + shown(reply), asked));
        }
    }

    /** Frames that are none are refused by the network library itself. */
    private static boolean speaksBadly(Case asked) {
        return asked.family().startsWith("http2") && asked.ending() != Case.Ending.STREAM_REPLY;
    }

    /** gRPC-Web's status stands in its body. */
    private static boolean isWeb(Reply reply) {
        return reply.header("content-type").startsWith("application/grpc-web");
    }

    /** Whether the server says that it failed: 429 and RESOURCE_EXHAUSTED are how it turns away, and nothing above. */
    static boolean isFault(Reply reply) {
        return reply.code() >= 500 || FAULTS.contains(reply.rpc());
    }

    /** Whether it says that the time was over. */
    static boolean isLate(Reply reply) {
        return reply.rpc() == DEADLINE_EXCEEDED
                || reply.code() == 503 && LATE.matcher(reply.text()).find();
    }

    /** RFC 9457, or the form that the wire of others asks for: an object that names its error. */
    private static boolean isProblem(Reply reply) {
        if (reply.headers().containsKey("grpc-status")) {
            return true;
        }
        try {
            return JsonParser.parseString(reply.text()) instanceof JsonObject json
                    && (json.has("error")
                            || (json.has("status") && json.get("status").getAsInt() == reply.code()));
        } catch (JsonParseException | NumberFormatException | IllegalStateException e) {
            return false;
        }
    }

    private static String shown(Reply reply) {
        String text = reply.text();
        String rpc = reply.rpc() < 0 ? "" : "grpc " + reply.rpc() + " " + reply.header("grpc-message") + " ";
        return reply.code() + " " + rpc + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
    }
}
