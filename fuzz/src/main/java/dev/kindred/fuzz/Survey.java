package dev.kindred.fuzz;

import dev.kindred.fuzz.Case.Ending;
import dev.kindred.fuzz.Case.Piece;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** How requests are answered that nobody spoiled: what is refused already tells nothing when it is spoiled. */
final class Survey {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SHOWN = 160;

    /** @param what code and beginning of the answer */
    record Answered(Exchange exchange, boolean well, String what) {
        String line() {
            return exchange.line() + " at " + exchange.address() + ": " + what;
        }
    }

    private final List<Answered> all;

    private Survey(List<Answered> all) {
        this.all = all;
    }

    /** Asks each once, deletions last; what they leave behind is deleted before. */
    static Survey of(int port, List<Exchange> valid) {
        List<Exchange> last = valid.stream().filter(Survey::deletes).toList();
        last.forEach(exchange -> reply(port, exchange));
        List<Answered> all = new ArrayList<>();
        Stream.concat(valid.stream().filter(exchange -> !deletes(exchange)), last.stream())
                .forEach(exchange -> all.add(answered(exchange, reply(port, exchange))));
        return new Survey(all);
    }

    private static boolean deletes(Exchange exchange) {
        return exchange.method().equals("DELETE");
    }

    private static Answered answered(Exchange exchange, Optional<Reply> reply) {
        return new Answered(
                exchange,
                reply.filter(Reply::isWell).isPresent(),
                reply.map(Survey::shown).orElse("no answer"));
    }

    private static String shown(Reply reply) {
        String text = reply.code() + " " + reply.header("grpc-message") + reply.text();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /** One request, on a connection of its own; empty where there was no answer in time. */
    static Optional<Reply> reply(int port, Exchange exchange) {
        String host = "127.0.0.1:" + port;
        Case one = exchange.isRpc()
                ? Http2.rpc(-3, "sound", exchange, exchange, host)
                : new Case(-3, "sound", exchange.line(), List.of(Piece.of(exchange.bytes(host))), Ending.LAST_REPLY);
        try (Watch watch = new Watch(PATIENCE);
                Conversation conversation = new Conversation("127.0.0.1", port, PATIENCE, watch)) {
            List<Reply> replies = conversation.hold(one).replies();
            return replies.isEmpty() ? Optional.empty() : Optional.of(replies.getFirst());
        }
    }

    /** Those answered well. */
    List<Exchange> well() {
        return all.stream().filter(Answered::well).map(Answered::exchange).toList();
    }

    /** Those that were not. */
    List<Answered> refused() {
        return all.stream().filter(answered -> !answered.well()).toList();
    }

    /** Routes of which not one request was answered well. */
    TreeSet<String> never() {
        TreeSet<String> routes = new TreeSet<>();
        refused().forEach(answered -> routes.add(answered.exchange().line()));
        well().forEach(exchange -> routes.remove(exchange.line()));
        return routes;
    }

    /** What is worth being spoiled: what is answered well, and of routes where nothing is, all there is. */
    List<Exchange> worthy() {
        TreeSet<String> never = never();
        return all.stream()
                .filter(answered ->
                        answered.well() || never.contains(answered.exchange().line()))
                .map(Answered::exchange)
                .toList();
    }
}
