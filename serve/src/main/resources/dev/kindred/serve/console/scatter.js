// Thousands of points on a canvas: pan, zoom, what is under the pointer, what is inside a line drawn around it.

const CELLS = 96;
const REACH = 12;
const LEAST_ZOOM = 0.6;
const MOST_ZOOM = 400;
/** With no more than this many in sight their pictures or names are shown. */
const FEW = 200;

/**
 * @param canvas drawn on; it follows the size of its box
 * @param positions x, y, x, y, … in [-1, 1]
 * @param acts hover(index or -1, x, y), pick(index or -1), enclose(indices), moved()
 */
export function scatter(canvas, positions, acts) {
  const pen = canvas.getContext('2d');
  const count = positions.length / 2;
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const grid = gridOf(positions, count);
  let paint = { colours: ['#888'], of: new Uint16Array(count), shown: null, detail: null, ground: '#fff', ink: '#000', accent: '#55f' };
  let hovered = -1;
  let pinned = -1;
  let links = [];
  let chosen = null;
  let tool = 'move';
  let outline = null;
  let frame = 0;
  let width = 1;
  let height = 1;
  let ratio = 1;
  const view = { x: 0, y: 0, zoom: 1 };
  let flight = null;
  let picture = null;
  let dots = null;

  const half = () => Math.min(width, height) * 0.46;
  const scale = () => half() * view.zoom;
  const atX = (i) => width / 2 + (positions[2 * i] - view.x) * scale();
  const atY = (i) => height / 2 + (positions[2 * i + 1] - view.y) * scale();
  const placeX = (x) => (x - width / 2) / scale() + view.x;
  const placeY = (y) => (y - height / 2) / scale() + view.y;
  const radius = () => Math.min(8, Math.max(1.5, 1.15 * Math.sqrt(half() / 300) * Math.sqrt(9000 / (count + 600)) * view.zoom ** 0.42 + 0.7));
  const isShown = (i) => !paint.shown || paint.shown[paint.of[i]];

  function soon() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    const start = performance.now();
    const r = radius() * ratio;
    const [wide, high] = [canvas.width, canvas.height];
    if (!picture || picture.width !== wide || picture.height !== high) picture = pen.createImageData(wide, high);
    const dots = dotsOf(r);
    new Uint32Array(picture.data.buffer).fill(groundOf());
    const inks = paint.colours.map(channels);
    const inSight = [];
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < count; i++) {
        const on = isShown(i) && (!chosen || chosen.has(i));
        if (on !== (pass === 1)) continue;
        const x = atX(i) * ratio;
        const y = atY(i) * ratio;
        if (x < -r || y < -r || x > wide + r || y > high + r) continue;
        // What is switched off lies faint beneath.
        dots.stamp(picture.data, wide, high, x, y, inks[paint.of[i]], pass === 0 ? 36 : 256);
        if (pass === 1 && inSight.length <= FEW) inSight.push(i);
      }
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.putImageData(picture, 0, 0);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    over(radius(), inSight);
    canvas.dataset.drawn = String((performance.now() - start).toFixed(2));
    acts.moved?.();
  }

  /** What lies over the points: the things themselves close up, what is pinned and pointed at, a line being drawn. */
  function over(r, inSight) {
    if (paint.detail && inSight.length <= FEW) for (const i of inSight) paint.detail(pen, i, atX(i), atY(i), r, inSight.length);
    if (pinned >= 0) {
      pen.strokeStyle = paint.accent;
      pen.lineWidth = 1.2;
      pen.globalAlpha = 0.6;
      pen.beginPath();
      for (const i of links) {
        pen.moveTo(atX(pinned), atY(pinned));
        pen.lineTo(atX(i), atY(i));
      }
      pen.stroke();
      pen.globalAlpha = 1;
      ring(pinned, r + 4, paint.accent, 2.5);
    }
    if (hovered >= 0) ring(hovered, r + 3, paint.ink, 1.8);
    if (outline) drawOutline();
  }

  const groundOf = () => {
    const [red, green, blue] = channels(paint.ground);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  };

  /** Dots of one size, with a thin rim of the ground, so that dense places keep their grain. */
  function dotsOf(r) {
    const size = Math.round(r * 8) / 8;
    const name = `${size}|${paint.ground}`;
    if (dots?.name !== name) dots = { name, stamp: stampOf(size, channels(paint.ground)) };
    return dots;
  }

  function ring(i, r, colour, line) {
    pen.beginPath();
    pen.arc(atX(i), atY(i), r, 0, 2 * Math.PI);
    pen.strokeStyle = colour;
    pen.lineWidth = line;
    pen.stroke();
  }

  function drawOutline() {
    pen.beginPath();
    outline.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.fillStyle = paint.accent;
    pen.globalAlpha = 0.1;
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = paint.accent;
    pen.lineWidth = 1.5;
    pen.setLineDash([5, 4]);
    pen.stroke();
    pen.setLineDash([]);
  }

  /** The nearest point within reach of a place on the canvas, or -1. */
  function near(x, y, reach = REACH) {
    let best = -1;
    let least = reach * reach;
    const span = reach / scale();
    grid.each(placeX(x) - span, placeY(y) - span, placeX(x) + span, placeY(y) + span, (i) => {
      if (!isShown(i)) return;
      const squared = (atX(i) - x) ** 2 + (atY(i) - y) ** 2;
      if (squared < least) {
        least = squared;
        best = i;
      }
    });
    return best;
  }

  function within(line) {
    const xs = line.map(([x]) => placeX(x));
    const ys = line.map(([, y]) => placeY(y));
    const found = [];
    grid.each(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (i) => {
      if (isShown(i) && encloses(xs, ys, positions[2 * i], positions[2 * i + 1])) found.push(i);
    });
    return found;
  }

  /** Zooms by a factor about a place on the canvas, which stays where it is. */
  function zoomAt(factor, x = width / 2, y = height / 2) {
    const [px, py] = [placeX(x), placeY(y)];
    view.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom * factor));
    view.x = px - (x - width / 2) / scale();
    view.y = py - (y - height / 2) / scale();
    bound();
    soon();
  }

  function bound() {
    view.x = Math.min(1.1, Math.max(-1.1, view.x));
    view.y = Math.min(1.1, Math.max(-1.1, view.y));
  }

  /** Glides there, or jumps where motion is not wanted. */
  function glide(to) {
    cancelAnimationFrame(flight);
    const from = { ...view };
    const start = performance.now();
    const step = (now) => {
      const part = calm.matches ? 1 : Math.min(1, (now - start) / 260);
      const eased = 1 - (1 - part) ** 3;
      view.zoom = from.zoom * (to.zoom / from.zoom) ** eased;
      view.x = from.x + (to.x - from.x) * eased;
      view.y = from.y + (to.y - from.y) * eased;
      bound();
      soon();
      if (part < 1) flight = requestAnimationFrame(step);
    };
    step(calm.matches ? start : performance.now());
  }

  // Pointers: one drags or draws, two pinch.
  const fingers = new Map();
  let moved = 0;
  let pinch = null;
  const placed = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, placed(event));
    moved = 0;
    if (fingers.size === 2) {
      outline = null;
      pinch = pinchOf();
    } else if (tool !== 'move' || event.shiftKey) {
      outline = [placed(event)];
      outline.box = tool === 'box' || event.shiftKey;
      outline.from = placed(event);
    }
  });
  canvas.addEventListener('pointermove', (event) => {
    const [x, y] = placed(event);
    if (!fingers.has(event.pointerId)) return hover(near(x, y), x, y);
    const [lastX, lastY] = fingers.get(event.pointerId);
    fingers.set(event.pointerId, [x, y]);
    moved += Math.abs(x - lastX) + Math.abs(y - lastY);
    if (pinch) {
      const now = pinchOf();
      view.x -= (now.x - pinch.x) / scale();
      view.y -= (now.y - pinch.y) / scale();
      zoomAt(now.apart / pinch.apart, now.x, now.y);
      pinch = now;
    } else if (outline) {
      const [fromX, fromY] = outline.from;
      if (outline.box) outline.splice(0, outline.length, [fromX, fromY], [x, fromY], [x, y], [fromX, y]);
      else outline.push([x, y]);
      soon();
    } else {
      if (moved > 4) hover(-1);
      canvas.classList.add('dragged');
      view.x -= (x - lastX) / scale();
      view.y -= (y - lastY) / scale();
      bound();
      soon();
    }
  });
  function release(event) {
    if (!fingers.delete(event.pointerId)) return;
    canvas.classList.remove('dragged');
    if (fingers.size < 2) pinch = null;
    if (outline) {
      const line = outline;
      outline = null;
      if (line.length > 2 && moved > 8) acts.enclose(within(line));
      else if (event.type === 'pointerup') acts.pick(near(...placed(event)));
      soon();
    } else if (moved <= 4 && event.type === 'pointerup') acts.pick(near(...placed(event), event.pointerType === 'touch' ? 20 : REACH));
  }
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => hover(-1));
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0018)), ...placed(event));
    hover(-1);
  }, { passive: false });
  canvas.addEventListener('dblclick', (event) => {
    const [x, y] = placed(event);
    glide({ zoom: Math.min(MOST_ZOOM, view.zoom * 2.4), x: placeX(x), y: placeY(y) });
  });
  canvas.addEventListener('keydown', (event) => {
    const far = 60 / scale();
    const acting = {
      ArrowLeft: () => glide({ ...view, x: view.x - far }),
      ArrowRight: () => glide({ ...view, x: view.x + far }),
      ArrowUp: () => glide({ ...view, y: view.y - far }),
      ArrowDown: () => glide({ ...view, y: view.y + far }),
      Enter: () => acts.pick(near(width / 2, height / 2, 80)),
    }[event.key];
    if (!acting || event.ctrlKey || event.metaKey || event.altKey) return;
    acting();
    event.preventDefault();
  });

  function pinchOf() {
    const [[ax, ay], [bx, by]] = [...fingers.values()];
    return { x: (ax + bx) / 2, y: (ay + by) / 2, apart: Math.max(10, Math.hypot(ax - bx, ay - by)) };
  }

  function hover(i, x, y) {
    if (i !== hovered) {
      hovered = i;
      canvas.classList.toggle('over', i >= 0);
      soon();
    }
    acts.hover(i, x, y);
  }

  const sizes = new ResizeObserver(() => {
    ratio = Math.min(2, devicePixelRatio || 1);
    width = Math.max(1, canvas.clientWidth);
    height = Math.max(1, canvas.clientHeight);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    draw();
  });
  sizes.observe(canvas);

  return {
    /** @param next colours, of (each point's colour), shown (by colour, or null for all), detail, ground, ink, accent */
    paint(next) {
      paint = { ...paint, ...next };
      soon();
    },
    tool(name) {
      tool = name;
      canvas.dataset.tool = name;
    },
    pin(i, near = []) {
      pinned = i;
      links = near;
      soon();
    },
    choose(indices) {
      chosen = indices ? new Set(indices) : null;
      soon();
    },
    zoom: (factor) => glide({ ...view, zoom: Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom * factor)) }),
    all: () => glide({ x: 0, y: 0, zoom: 1 }),
    /** Moves a point into sight that something at the right side covers. */
    reveal(i, covered) {
      const beyond = atX(i) - (width - covered - 40);
      if (beyond > 0 && covered < width - 200) glide({ ...view, x: view.x + beyond / scale() });
    },
    to: (i) => glide({ x: positions[2 * i], y: positions[2 * i + 1], zoom: Math.max(view.zoom, 8) }),
    redraw: soon,
    /** Where a point is on the canvas. */
    place: (i) => [atX(i), atY(i)],
    close: () => sizes.disconnect(),
  };
}

/** Red, green and blue of "#rrggbb" or "rgb(r g b)". */
function channels(colour) {
  return colour.startsWith('#')
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : colour.match(/\d+/g).slice(0, 3).map(Number);
}

const PLACES = 4;

/**
 * Puts dots of a radius into pixels. The dot's edge is smooth, and lies right to a quarter of a pixel; thousands of them take less time
 * than a canvas needs to draw as many pictures.
 */
function stampOf(radius, ground) {
  const reach = Math.ceil(radius + 1.2);
  const side = 2 * reach + 1;
  const masks = [];
  const coverage = (distance, r) => Math.round(256 * Math.min(1, Math.max(0, r + 0.5 - distance)));
  for (let place = 0; place < PLACES * PLACES; place++) {
    const [ox, oy] = [(place % PLACES) / PLACES, Math.floor(place / PLACES) / PLACES];
    const dot = new Uint16Array(side * side);
    const rim = new Uint16Array(side * side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const distance = Math.hypot(x - reach - ox, y - reach - oy);
        dot[y * side + x] = coverage(distance, radius);
        rim[y * side + x] = coverage(distance, radius + 0.7) * 0.55;
      }
    }
    masks.push([dot, rim]);
  }
  return (data, width, height, atX, atY, ink, strength) => {
    const [left, top] = [Math.floor(atX), Math.floor(atY)];
    const [dot, rim] = masks[Math.floor((atY - top) * PLACES) * PLACES + Math.floor((atX - left) * PLACES)];
    const [red, green, blue] = ink;
    for (let y = Math.max(0, reach - top); y < Math.min(side, height - top + reach); y++) {
      for (let x = Math.max(0, reach - left); x < Math.min(side, width - left + reach); x++) {
        const edge = (rim[y * side + x] * strength) >> 8;
        if (edge === 0) continue;
        const cover = (dot[y * side + x] * strength) >> 8;
        const at = 4 * ((top - reach + y) * width + left - reach + x);
        for (let c = 0; c < 3; c++) {
          let value = data[at + c];
          value += ((ground[c] - value) * edge) >> 8;
          value += (((c === 0 ? red : c === 1 ? green : blue) - value) * cover) >> 8;
          data[at + c] = value;
        }
      }
    }
  };
}

function encloses(xs, ys, x, y) {
  let inside = false;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    if ((ys[i] > y) !== (ys[j] > y) && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
  }
  return inside;
}

/** The points by cells of a square, so that only those close by are looked at. */
function gridOf(positions, count) {
  const cell = (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(((value + 1) / 2) * CELLS)));
  const starts = new Uint32Array(CELLS * CELLS + 1);
  const of = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    of[i] = cell(positions[2 * i + 1]) * CELLS + cell(positions[2 * i]);
    starts[of[i] + 1]++;
  }
  for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1] += starts[c];
  const places = starts.slice();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[places[of[i]]++] = i;
  return {
    each(left, top, right, bottom, act) {
      for (let row = cell(top); row <= cell(bottom); row++) {
        const [from, to] = [starts[row * CELLS + cell(left)], starts[row * CELLS + cell(right) + 1]];
        for (let at = from; at < to; at++) act(order[at]);
      }
    },
  };
}
