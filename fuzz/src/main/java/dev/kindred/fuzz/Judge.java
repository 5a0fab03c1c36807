package dev.kindred.fuzz;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kindred.fuzz.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Says of a reply what should not be in it. */
final class Judge {
    private static final Pattern TRACE = Pattern.compile("\\tat |Exception|\\bat"
            + " [a-z]+(\\.[\\w$]+)+\\(|dev\\.kindred|java\\.(lang|util|io)\\.|io\\.netty|com\\.linecorp");
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
        if (reply.code() == 503 && isLate(reply)) {
            findings.add(new Finding(Kind.HANG, shown(reply), asked));
        } else if (reply.code() >= 500 && !isOverload(reply)) {
            findings.add(new Finding(Kind.SERVER_ERROR, shown(reply), asked));
        }
        if (reply.code() < 400 || asked.family().startsWith("http2")) {
            return;
        }
        // Bad settings of an upgrade are refused by the network library itself, in its own words.
        boolean upgrade = asked.family().equals("http1: upgrade");
        if (TRACE.matcher(reply.text()).find()) {
            findings.add(new Finding(Kind.TRACE, shown(reply), asked));
        }
        if (asked.ending() != Case.Ending.HEAD_REPLY && !upgrade && !isProblem(reply)) {
            findings.add(new Finding(Kind.SHAPE, shown(reply), asked));
        }
        if (!upgrade && reply.header("kindred-request").isEmpty()) {
            findings.add(new Finding(Kind.SHAPE, "no Kindred-Request: " + shown(reply), asked));
        }
    }

    /** Turned away for want of room; the server is as it should be. */
    static boolean isOverload(Reply reply) {
        return reply.code() == 503 && !isLate(reply);
    }

    private static boolean isLate(Reply reply) {
        return reply.text().contains("urn:kindred:problem:timeout");
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
        return reply.code() + " " + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
    }
}
