// Where a score stands: among the scores of same and different pairs that validation measured, or else on the calibration's curve.
import { svg } from './parts.js';

const HEIGHT = 190;
const LEFT = 16;
const RIGHT = 16;
const TOP = 30;
const FLOOR = HEIGHT - 30;

/**
 * @param room how wide it is shown, in pixels, where there is room
 * @param zone scores between which nothing is answered, or null
 * @returns the plot, or null where the bundle says nothing that could be drawn
 */
export function scorePlot(info, answer, zone = null, room = 900) {
  // Drawn nearly as large as it is shown, so that its words are as large as all others.
  const width = innerWidth < 600 ? 340 : room;
  const histogram = histogramOf(info);
  const curve = info.decision?.calibration;
  if (!histogram && !curve) return null;
  const knots = curve?.scores ?? [];
  let low = histogram ? histogram.low : knots[0];
  let high = histogram ? histogram.high : knots.at(-1);
  const margin = (high - low) * 0.04 || 0.1;
  low = Math.min(low, answer.score, answer.threshold ?? low) - (histogram ? 0 : margin);
  high = Math.max(high, answer.score, answer.threshold ?? high) + margin;
  const x = (score) => LEFT + ((score - low) / (high - low)) * (width - LEFT - RIGHT);

  const plot = svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, class: 'plot', role: 'img', 'aria-label': describe(answer) });
  if (zone) {
    const [from, to] = zone.map((score) => Math.min(width - RIGHT, Math.max(LEFT, x(score))));
    plot.append(svg('rect', { class: 'zone-band', x: from, y: TOP, width: Math.max(1, to - from), height: FLOOR - TOP }),
      label((from + to) / 2, FLOOR - 6, 'unsure', 'threshold-label', width));
  }
  if (histogram) {
    plot.append(area(histogram, histogram.different, x, 'different'), area(histogram, histogram.same, x, 'same'));
  } else {
    plot.append(svg('path', { class: 'curve', d: sigmoid(curve, low, high, x) }));
  }
  plot.append(svg('line', { class: 'axis', x1: LEFT, x2: width - RIGHT, y1: FLOOR, y2: FLOOR }));
  for (const tick of ticks(low, high, width / 110)) {
    plot.append(svg('text', { class: 'tick', x: x(tick), y: FLOOR + 18, 'text-anchor': 'middle' }, text(tick)));
  }
  if (answer.threshold !== null && answer.threshold !== undefined) {
    const at = x(answer.threshold);
    plot.append(svg('line', { class: 'threshold', x1: at, x2: at, y1: TOP - 8, y2: FLOOR }),
      label(at, TOP - 14, 'threshold', 'threshold-label', width));
  }
  const at = x(answer.score);
  plot.append(svg('line', { class: 'score', x1: at, x2: at, y1: TOP + 6, y2: FLOOR }),
    svg('circle', { class: 'score-dot', cx: at, cy: TOP + 6, r: 6 }));
  return plot;
}

/** What the curve or the hills mean. */
export function legendOf(info) {
  return histogramOf(info)
    ? [['same', 'same, in validation'], ['different', 'different, in validation']]
    : [['curve', 'probability that two are the same']];
}

/** A grey zone in scores; one of probabilities is brought onto them by the calibration. */
export function zoneOf(info, zone) {
  if (!zone) return null;
  if (zone.score) return zone.score;
  const { scores, logOdds } = info.decision?.calibration ?? {};
  if (!scores) return null;
  return zone.probability.map((p) => {
    const odds = Math.log(p / (1 - p));
    if (odds <= logOdds[0]) return scores[0];
    const right = logOdds.findIndex((each) => each >= odds);
    if (right < 0) return scores.at(-1);
    const rise = logOdds[right] - logOdds[right - 1];
    return rise > 0 ? scores[right - 1] + ((odds - logOdds[right - 1]) / rise) * (scores[right] - scores[right - 1]) : scores[right];
  });
}

const BINS = 96;

/** Shares of the scores in equal bins from low to high, as smooth as the few quantiles that a bundle keeps allow. */
function histogramOf(info) {
  const { quantiles, same, different } = info.baseline?.scores ?? {};
  const whole = [same, different].every((list) => Array.isArray(list) && list.length === quantiles?.length && list.length > 4
    && list.every(Number.isFinite));
  if (!whole) return null;
  const bounds = boundsOf(info);
  const kinds = { same: tailed(quantiles, same, bounds), different: tailed(quantiles, different, bounds) };
  const least = Math.min(kinds.same.scores[0], kinds.different.scores[0]);
  const most = Math.max(kinds.same.scores.at(-1), kinds.different.scores.at(-1));
  if (!(most > least)) return null;
  // Room on both sides for the hills to run out, where scores can be there.
  const low = Math.max(bounds[0], least - 0.06 * (most - least));
  const high = Math.min(bounds[1], most + 0.06 * (most - least));
  return { low, high, same: shares(kinds.same, low, high), different: shares(kinds.different, low, high) };
}

/** Between which a score of two vectors can lie; a comparator's are its own. */
function boundsOf({ comparator, distance }) {
  if (comparator) return [-Infinity, Infinity];
  return { cosine: [-1, 1], l2: [-Infinity, 0] }[distance] ?? [-Infinity, Infinity];
}

/** The outermost parts of all scores, beyond the first and last quantile, are drawn as long as their neighbours are. */
function tailed(quantiles, scores, bounds) {
  const [first, second] = scores;
  const [last, before] = [scores.at(-1), scores.at(-2)];
  const inside = (score) => Math.min(bounds[1], Math.max(bounds[0], score));
  return {
    shares: [0, ...quantiles, 1],
    scores: [first - (second - first), ...scores, last + (last - before)].map(inside),
  };
}

function shares({ shares: below, scores }, low, high) {
  const step = (high - low) / BINS;
  const bins = new Float64Array(BINS);
  for (let i = 1; i < scores.length; i++) {
    // A part between two quantiles lies evenly between their scores, and one of equal scores in the bin that they are in.
    const from = Math.min(scores[i - 1], high - step * 0.01);
    const to = Math.max(scores[i], from + step * 0.01);
    for (let bin = Math.max(0, Math.floor((from - low) / step)); bin < BINS && low + bin * step < to; bin++) {
      const inside = Math.min(to, low + (bin + 1) * step) - Math.max(from, low + bin * step);
      bins[bin] += (below[i] - below[i - 1]) * Math.max(0, inside) / (to - from);
    }
  }
  const middle = scores[Math.floor(scores.length * 0.66)] - scores[Math.floor(scores.length * 0.33)];
  return smooth(bins, Math.min(BINS / 24, Math.max(1, (0.25 * middle) / step)));
}

/** What would run out over an edge comes back from it: a hill that leans on a bound does not sink before it. */
function smooth(bins, width) {
  const reach = Math.ceil(3 * width);
  const mirrored = (j) => bins[j < 0 ? -1 - j : j >= bins.length ? 2 * bins.length - 1 - j : j];
  return Array.from(bins, (_, i) => {
    let sum = 0;
    for (let j = i - reach; j <= i + reach; j++) {
      sum += Math.exp(-0.5 * ((j - i) / width) ** 2) * mirrored(j);
    }
    return sum;
  });
}

/** Each kind has the same area, however many pairs it has: there are always far more different pairs. */
function area({ low, high, same, different }, counts, x, kind) {
  const share = (list) => {
    const sum = list.reduce((a, b) => a + b, 0) || 1;
    return list.map((count) => count / sum);
  };
  const most = Math.max(...share(same), ...share(different));
  const bins = share(counts);
  const step = (high - low) / bins.length;
  const points = bins.map((value, i) => `${x(low + (i + 0.5) * step).toFixed(1)},${(FLOOR - (value / most) * (FLOOR - TOP - 6)).toFixed(1)}`);
  return svg('path', { class: `hill ${kind}`, d: `M${x(low).toFixed(1)},${FLOOR} L${points.join(' L')} L${x(high).toFixed(1)},${FLOOR} Z` });
}

function sigmoid({ scores, logOdds }, low, high, x) {
  const points = [];
  for (let i = 0; i <= 120; i++) {
    const score = low + ((high - low) * i) / 120;
    const p = 1 / (1 + Math.exp(-oddsAt(scores, logOdds, score)));
    points.push(`${x(score).toFixed(1)},${(FLOOR - p * (FLOOR - TOP - 6)).toFixed(1)}`);
  }
  return `M${points.join(' L')}`;
}

function oddsAt(scores, logOdds, score) {
  if (score <= scores[0]) return logOdds[0];
  const right = scores.findIndex((each) => each >= score);
  if (right < 0) return logOdds.at(-1);
  const part = (score - scores[right - 1]) / (scores[right] - scores[right - 1]);
  return logOdds[right - 1] + part * (logOdds[right] - logOdds[right - 1]);
}

function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const all = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-6; tick += step) all.push(tick);
  return all;
}

const text = (value) => String(Number(value.toPrecision(3)) || 0).replace('-', '−');

function label(at, y, words, className, width) {
  const anchor = at < 60 ? 'start' : at > width - 60 ? 'end' : 'middle';
  return svg('text', { class: className, x: at, y, 'text-anchor': anchor }, words);
}

const describe = ({ score, threshold }) =>
  `The score ${score.toFixed(3)}${threshold === null ? '' : ` beside the threshold ${threshold.toFixed(3)}`}`;
