package dev.kindred.serve;

import dev.kindred.core.Content;
import dev.kindred.media.Pictures;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;

/** Small drawings of a few things by several hands: line and fill, thick and thin. A collection that needs no file. */
final class DrawnShapes {
    static final int SIDE = 48;

    /** A hand: how a thing is drawn. */
    record Hand(String family, float stroke, boolean filled, double scale, double turn) {}

    static final Hand[] HANDS = {
        new Hand("feather", 2.2f, false, 1.0, 0),
        new Hand("carbon", 3.6f, false, 0.92, 0),
        new Hand("ionic", 1.6f, true, 0.96, 0),
        new Hand("octo", 2.8f, false, 0.82, 0.06),
        new Hand("entypo", 1.2f, true, 0.86, -0.05),
    };

    private DrawnShapes() {}

    /** Every thing's outline on a field of 48 × 48. */
    static Map<String, Shape> things() {
        Map<String, Shape> things = new LinkedHashMap<>();
        things.put("circle", new Ellipse2D.Double(9, 9, 30, 30));
        things.put("square", new Rectangle2D.Double(10, 10, 28, 28));
        things.put("card", new RoundRectangle2D.Double(6, 13, 36, 22, 8, 8));
        things.put("triangle", polygon(24, 8, 41, 39, 7, 39));
        things.put("diamond", polygon(24, 6, 42, 24, 24, 42, 6, 24));
        things.put("arrow-up", polygon(24, 6, 40, 24, 29, 24, 29, 42, 19, 42, 19, 24, 8, 24));
        things.put("arrow-down", turned(things.get("arrow-up"), Math.PI));
        things.put("arrow-right", turned(things.get("arrow-up"), Math.PI / 2));
        things.put("star", star(5, 19, 8));
        things.put("sun", star(12, 19, 12));
        things.put(
                "plus",
                polygon(19, 7, 29, 7, 29, 19, 41, 19, 41, 29, 29, 29, 29, 41, 19, 41, 19, 29, 7, 29, 7, 19, 19, 19));
        things.put("close", turned(things.get("plus"), Math.PI / 4));
        things.put("house", polygon(24, 7, 42, 23, 37, 23, 37, 40, 11, 40, 11, 23, 6, 23));
        things.put("bolt", polygon(27, 5, 11, 27, 22, 27, 19, 43, 37, 20, 26, 20));
        things.put("flag", polygon(11, 6, 38, 14, 15, 24, 15, 42, 11, 42));
        things.put("bookmark", polygon(13, 6, 35, 6, 35, 42, 24, 33, 13, 42));
        things.put("moon", minus(new Ellipse2D.Double(8, 8, 32, 32), new Ellipse2D.Double(18, 3, 30, 30)));
        things.put("ring", minus(new Ellipse2D.Double(7, 7, 34, 34), new Ellipse2D.Double(16, 16, 16, 16)));
        things.put("heart", heart());
        things.put("hexagon", star(3, 19, 18.9));
        return things;
    }

    static String id(String thing, Hand hand) {
        return hand.family() + "/" + thing + ".png";
    }

    /** The same picture as a JPEG. */
    static byte[] jpeg(byte[] png) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (!ImageIO.write(ImageIO.read(new ByteArrayInputStream(png)), "jpg", out)) {
                throw new IllegalStateException("nothing here writes JPEG");
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One thing by one hand, black on white. */
    static byte[] png(Shape thing, Hand hand) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, SIDE, SIDE);
        pen.setColor(Color.BLACK);
        pen.translate(SIDE / 2.0, SIDE / 2.0);
        pen.rotate(hand.turn());
        pen.scale(hand.scale(), hand.scale());
        pen.translate(-SIDE / 2.0, -SIDE / 2.0);
        if (hand.filled()) {
            pen.fill(thing);
        }
        pen.setStroke(new BasicStroke(hand.stroke(), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        pen.draw(thing);
        pen.dispose();
        byte[] levels = new byte[SIDE * SIDE];
        image.getRaster().getDataElements(0, 0, SIDE, SIDE, levels);
        return Pictures.png(new Content.Pixels(SIDE, SIDE, 1, levels));
    }

    private static Shape polygon(double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        path.closePath();
        return path;
    }

    private static Shape star(int points, double outer, double inner) {
        double[] xy = new double[points * 4];
        for (int i = 0; i < points * 2; i++) {
            double radius = i % 2 == 0 ? outer : inner;
            double angle = Math.PI * i / points - Math.PI / 2;
            xy[2 * i] = 24 + radius * Math.cos(angle);
            xy[2 * i + 1] = 24 + radius * Math.sin(angle);
        }
        return polygon(xy);
    }

    private static Shape heart() {
        Path2D path = new Path2D.Double();
        path.moveTo(24, 41);
        path.curveTo(0, 24, 9, 4, 24, 16);
        path.curveTo(39, 4, 48, 24, 24, 41);
        path.closePath();
        return path;
    }

    private static Shape turned(Shape shape, double angle) {
        return AffineTransform.getRotateInstance(angle, 24, 24).createTransformedShape(shape);
    }

    private static Shape minus(Shape whole, Shape part) {
        Area area = new Area(whole);
        area.subtract(new Area(part));
        return area;
    }
}
