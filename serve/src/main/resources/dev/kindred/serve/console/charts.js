// Small charts over time, all with one axis: pointing at a moment in one shows it in all.
import { el, svg } from './parts.js';

// Drawn nearly as large as it is shown, so that its words are as large as all others.
const WIDTH = innerWidth < 600 ? 340 : 560;
const HEIGHT = 150;
const LEFT = 46;
const RIGHT = 8;
const TOP = 10;
const FLOOR = HEIGHT - 22;

/** Which place of the times is pointed at, in every chart. */
const pointed = new EventTarget();

/**
 * @param title what is drawn
 * @param lines [{name, kind}]: kind is the class of its colour
 * @param says a value in words, with its unit
 * @param options nothing: what is said while there is nothing to show; stacked: lines lie upon one another; least: the axis reaches at least this far
 */
export function timeChart(title, lines, says, { stacked = false, least = 0, nothing = 'nothing yet' } = {}) {
  const plot = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img', 'aria-label': title, preserveAspectRatio: 'none' });
  plot.style.setProperty('aspect-ratio', `${WIDTH} / ${HEIGHT}`);
  const now = el('span', { class: 'chart-now' });
  const key = el('span', { class: 'chart-key' });
  const node = el('figure', { class: 'chart-card' },
    el('figcaption', {}, el('h3', {}, title), key, now),
    el('div', { class: 'chart-box' }, plot));
  let data = null;
  let cursor = null;

  const x = (i) => LEFT + (data.at.length < 2 ? WIDTH - LEFT - RIGHT : ((data.at[i] - data.from) / (data.to - data.from)) * (WIDTH - LEFT - RIGHT));

  function draw(at, values) {
    const to = at.at(-1) ?? Date.now();
    // As long as there is something to show, up to a quarter of an hour.
    data = { at, values, to, from: Math.max(to - 15 * 60_000, Math.min(at[0] ?? to, to - 2 * 60_000)) };
    const heights = stacked ? stack(values) : values;
    const most = nice(Math.max(least, ...heights.flat().filter((each) => each !== null), 0));
    const y = (value) => FLOOR - (value / most) * (FLOOR - TOP);
    const empty = values.flat().every((each) => each === null);
    const children = [];
    for (const part of empty ? [0] : [0, 0.5, 1]) {
      const value = most * part;
      children.push(svg('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }));
      if (!empty) children.push(svg('text', { class: 'tick', x: LEFT - 6, y: y(value) + 3.5, 'text-anchor': 'end' }, says(value)));
    }
    if (empty) children.push(svg('text', { class: 'nothing-yet', x: (LEFT + WIDTH - RIGHT) / 2, y: (TOP + FLOOR) / 2 }, nothing));
    const span = (data.to - data.from) / 60_000;
    for (const minutes of span > 8 ? [15, 10, 5, 0] : span > 3.5 ? [6, 4, 2, 0] : [2, 1, 0]) {
      const across = LEFT + (1 - (minutes * 60_000) / (data.to - data.from)) * (WIDTH - LEFT - RIGHT);
      if (across >= LEFT - 1) {
        children.push(svg('text', {
          class: 'tick', x: across, y: HEIGHT - 6, 'text-anchor': minutes === 0 ? 'end' : across < LEFT + 20 ? 'start' : 'middle',
        }, minutes === 0 ? 'now' : `−${minutes} min`));
      }
    }
    for (let line = lines.length - 1; line >= 0; line--) {
      const runs = runsOf(heights[line]);
      for (const run of runs) {
        const points = run.map((i) => `${x(i).toFixed(1)},${y(heights[line][i]).toFixed(1)}`);
        if (stacked || lines.length === 1) {
          const below = stacked && line > 0 ? [...run].reverse().map((i) => `${x(i).toFixed(1)},${y(heights[line - 1][i] ?? 0).toFixed(1)}`)
            : [`${x(run.at(-1)).toFixed(1)},${FLOOR}`, `${x(run[0]).toFixed(1)},${FLOOR}`];
          children.push(svg('path', { class: `chart-area ${lines[line].kind}`, d: `M${points.join(' L')} L${below.join(' L')} Z` }));
        }
        if (points.length > 1) children.push(svg('path', { class: `chart-line ${lines[line].kind}`, d: `M${points.join(' L')}` }));
        else children.push(svg('circle', { class: `chart-dot ${lines[line].kind}`, cx: x(run[0]), cy: y(heights[line][run[0]]), r: 3 }));
      }
    }
    cursor = svg('line', { class: 'cursor', x1: 0, x2: 0, y1: TOP, y2: FLOOR, visibility: 'hidden' });
    plot.replaceChildren(...children, cursor);
    tell(at.length - 1);
  }

  function tell(i, moment = false) {
    const worth = lines.map((line, at) => ({ ...line, value: data.values[at][i] }));
    key.replaceChildren(...worth.map(({ name, kind, value }) => el('span', { class: `key ${kind}` },
      name ? `${name} ` : '', el('b', { class: 'mono' }, value === null || value === undefined ? '–' : says(value)))));
    now.textContent = moment ? new Date(data.at[i]).toLocaleTimeString() : '';
    cursor?.setAttribute('visibility', moment ? 'visible' : 'hidden');
    if (moment) {
      cursor.setAttribute('x1', x(i));
      cursor.setAttribute('x2', x(i));
    }
  }

  plot.addEventListener('pointermove', (event) => {
    if (!data?.at.length) return;
    const box = plot.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * WIDTH;
    let best = 0;
    for (let i = 1; i < data.at.length; i++) if (Math.abs(x(i) - across) < Math.abs(x(best) - across)) best = i;
    pointed.dispatchEvent(new CustomEvent('at', { detail: best }));
  });
  plot.addEventListener('pointerleave', () => pointed.dispatchEvent(new CustomEvent('at', { detail: -1 })));
  pointed.addEventListener('at', ({ detail }) => {
    if (!data?.at.length) return;
    if (detail < 0) tell(data.at.length - 1);
    else if (detail < data.at.length) tell(detail, true);
  });

  return { node, draw };
}

/** Each line on top of those before it; what is not known adds nothing. */
function stack(values) {
  const sums = values[0].map(() => 0);
  return values.map((line) => line.map((value, i) => (sums[i] += value ?? 0)));
}

/** Pieces without gaps. */
function runsOf(values) {
  const runs = [];
  let run = [];
  values.forEach((value, i) => {
    if (value !== null) run.push(i);
    else if (run.length) {
      runs.push(run);
      run = [];
    }
  });
  if (run.length) runs.push(run);
  return runs;
}

function nice(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((each) => each * power).find((each) => each >= value * 1.02) ?? 10 * power;
}
