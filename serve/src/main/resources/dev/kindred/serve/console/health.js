// Health: whether the server is ready, and how it has done in the last quarter of an hour.
import { collections, health, readiness } from './api.js';
import { timeChart } from './charts.js';
import { bytes, el, number, problemBox, ratePercent } from './parts.js';

const CODES = [['2xx', 'answered', 'fine'], ['4xx', 'refused', 'odd'], ['429', 'too many', 'busy'], ['5xx', 'failed', 'bad']];

const rate = (value) => (value >= 100 ? number(value) : String(Number(value.toPrecision(2))));
const time = (value) => (value >= 1 ? `${value.toPrecision(2)} s` : value === 0 ? '0' : `${Number((value * 1000).toPrecision(2))} ms`);
const short = (value) => (value >= 1e6 ? `${Number((value / 1e6).toPrecision(3))}M` : value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))}k` : number(value));

export function healthView() {
  let timer = 0;
  let shown = false;
  const charts = {
    requests: timeChart('Requests a second', CODES.map(([, name, kind]) => ({ name, kind })), rate, { stacked: true }),
    search: timeChart('Search', [{ name: 'P50', kind: 'fine' }, { name: 'P99', kind: 'odd' }], time, { nothing: 'nobody has searched' }),
    embed: timeChart('Embed', [{ name: 'P50', kind: 'fine' }, { name: 'P99', kind: 'odd' }], time, { nothing: 'nothing was encoded' }),
    queue: timeChart('Waiting to be computed', [{ name: 'requests', kind: 'fine' }], rate, { least: 4 }),
    batch: timeChart('Inputs encoded at once', [{ name: 'mean', kind: 'fine' }], rate, { least: 4 }),
    items: timeChart('Items', [{ name: '', kind: 'fine' }], short),
    memory: timeChart('Memory', [{ name: 'heap', kind: 'fine' }, { name: 'process', kind: 'odd' }], bytes),
  };
  const state = el('section', { class: 'state', 'aria-label': 'State' });
  const told = el('div', { class: 'told' });
  const served = el('section', { class: 'served', 'aria-label': 'What is served' });
  const grid = el('section', { class: 'charts', 'aria-label': 'The last quarter of an hour' }, Object.values(charts).map(({ node }) => node));
  const node = el('div', { class: 'page health' }, state, told, grid, served);

  async function look() {
    clearTimeout(timer);
    if (!shown) return;
    if (!document.hidden) {
      try {
        const [ready, now] = await Promise.all([readiness(), health()]);
        told.replaceChildren();
        draw(ready, now);
      } catch (problem) {
        stateOf(false, problem.message, []);
        grid.hidden = true;
        told.replaceChildren(problem.status === 403
          ? el('p', { class: 'hollow' }, 'Charts are for keys with the role operator.')
          : problemBox(problem, look));
      }
    }
    if (shown) timer = setTimeout(look, 5000);
  }

  function draw(ready, now) {
    const latest = (list) => list.at(-1) ?? null;
    const busy = Object.values(now.requests).reduce((sum, list) => sum + (latest(list) ?? 0), 0);
    const failed = now.requests['5xx'].reduce((sum, each) => sum + (each ?? 0) * now.every, 0);
    const degraded = latest(now.degraded) ?? 0;
    stateOf(ready.ok, ready.ok ? (degraded > 0 ? 'Ready, with a part that fails' : 'Ready') : ready.text, [
      ['up for', duration(Date.now() - now.started)],
      ['requests a second', rate(busy)],
      ['search P99', latest(now.search.p99) === null ? '–' : time(latest(now.search.p99))],
      ['failed, 15 min', number(failed)],
      ['memory', bytes(latest(now.resident) ?? latest(now.heap) ?? 0)],
    ], degraded > 0);
    grid.hidden = now.at.length === 0;
    if (now.at.length === 0) {
      told.replaceChildren(el('p', { class: 'hollow', role: 'status' }, `The server has just started: the first reading comes in ${now.every} seconds.`));
      return;
    }
    charts.requests.draw(now.at, CODES.map(([code]) => now.requests[code]));
    charts.search.draw(now.at, [now.search.p50, now.search.p99]);
    charts.embed.draw(now.at, [now.embed.p50, now.embed.p99]);
    charts.queue.draw(now.at, [now.queue]);
    charts.batch.draw(now.at, [now.batch]);
    charts.batch.node.hidden = now.batch.every((each) => each === null);
    charts.items.draw(now.at, [now.items]);
    charts.memory.draw(now.at, [now.heap, now.resident]);
  }

  function stateOf(good, words, figures, warned = false) {
    state.replaceChildren(
      el('h1', { class: good ? (warned ? 'warned' : 'good') : 'ill' }, el('span', { class: 'lamp', 'aria-hidden': 'true' }), words),
      el('dl', { class: 'figures' }, figures.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', { class: 'mono' }, value)))));
  }

  async function cards() {
    try {
      const all = await collections();
      served.replaceChildren(el('h2', {}, 'What is served'), el('div', { class: 'cards-wide' }, all.map(card)));
    } catch (problem) {
      served.replaceChildren(problemBox(problem, cards));
    }
  }

  function card(info) {
    const { thresholds = [] } = info.decision ?? {};
    return el('article', { class: 'fact-card' },
      el('header', {}, el('h3', {}, info.collection), el('span', { class: 'faint' }, `${number(info.items)} ${info.takes}`),
        info.degraded?.length ? el('span', { class: 'badge warn' }, info.degraded.join(', ')) : null),
      el('dl', { class: 'facts' }, [
        ['bundle', info.bundle], ['space', info.space], ...(info.release ? [['release', info.release]] : []),
        ['vectors', `${info.distance}, ${number(info.dimension)} dimensions`], ['engine', info.engine],
      ].flatMap(([name, value]) => [el('dt', {}, name), el('dd', { class: name === 'bundle' || name === 'space' ? 'mono' : '', title: value }, value)])),
      thresholds.length
        ? el('table', { class: 'small-table' },
          el('caption', { class: 'visually-hidden' }, `Thresholds of ${info.collection}`),
          el('thead', {}, el('tr', {}, ['false matches', 'threshold', 'missed'].map((name) => el('th', { scope: 'col' }, name)))),
          el('tbody', {}, thresholds.map((each) => el('tr', {},
            el('td', {}, ratePercent(each.targetFmr), each.targetFmr === info.decision.usualFmr ? el('span', { class: 'badge' }, 'usual') : null),
            el('td', { class: 'mono' }, each.threshold.toFixed(3)),
            el('td', {}, ratePercent(each.fnmr))))))
        : el('p', { class: 'faint' }, 'No threshold was measured.'));
  }

  return {
    node,
    show() {
      shown = true;
      if (!state.firstChild) state.replaceChildren(el('h1', {}, el('span', { class: 'lamp' }), 'Looking'));
      look();
      cards();
    },
    leave() {
      shown = false;
      clearTimeout(timer);
    },
    focus: () => {},
  };
}

function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(milliseconds / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
