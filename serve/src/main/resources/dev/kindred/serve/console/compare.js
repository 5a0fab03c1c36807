// Compare: two pictures, texts or items, same or different, and how sure.
import { item as itemOf, offers, verify } from './api.js';
import { browser } from './browse.js';
import { announce, el, icon, percent, problemBox, ratePercent, renew, svg } from './parts.js';
import { legendOf, scorePlot, zoneOf } from './plot.js';
import { itemSlot, pictureSlot, textSlot } from './slots.js';
import { whyButton } from './why.js';
import { nounsOf } from './words.js';

const SIDES = ['a', 'b'];

export function compareView(info, groupField, go) {
  const things = { a: null, b: null };
  let active = 'a';
  let fmr = null;
  let abstain = false;
  let mayAbstain = false;
  let flight = null;

  const ofTexts = info.takes === 'texts';
  const ofVectors = info.takes === 'vectors';
  const [noun, nouns] = nounsOf(info);
  const slotOf = (side) => (ofTexts ? textSlot : ofVectors ? itemSlot : pictureSlot)(side, groupField, { choose, take, say, clear: (which) => set(which, null) });
  const slots = { a: slotOf('a'), b: slotOf('b') };
  const verdict = el('div', { class: 'verdict', 'aria-live': 'polite' });
  const evidence = el('div', { class: 'evidence' });
  const browse = browser(info, groupField, (item) => put(active, item));
  const node = el('div', { class: 'compare' },
    el('div', { class: 'pair' }, slots.a.node, verdict, slots.b.node),
    evidence,
    browse.node);

  function put(side, thing) {
    things[side] = thing;
    const other = side === 'a' ? 'b' : 'a';
    active = things[other] ? active : other;
    remember();
  }

  function set(side, thing) {
    things[side] = thing;
    active = side;
    remember();
  }

  function say(text, side) {
    if (text !== (things[side]?.text ?? '') || (things[side]?.id !== undefined && text !== '')) set(side, text ? { text } : null);
  }

  function choose(side) {
    if (active === side) return;
    active = side;
    draw();
  }

  /** What can be told by ids or words stands in the address, so that it can be sent to somebody. */
  function remember() {
    const parameters = {};
    for (const side of SIDES) {
      if (things[side]?.id !== undefined) parameters[side] = things[side].id;
      else if (things[side]?.text !== undefined) parameters[`${side}-text`] = things[side].text;
    }
    go.quietly('compare', parameters);
    draw();
    answer();
  }

  function draw() {
    for (const side of SIDES) slots[side].draw(things[side], active === side);
    browse.mark(SIDES.map((side) => things[side]?.id).filter((id) => id !== undefined));
  }

  async function answer() {
    flight?.abort();
    if (!things.a || !things.b) {
      verdict.replaceChildren(waiting());
      evidence.replaceChildren();
      return;
    }
    const mine = (flight = new AbortController());
    verdict.classList.add('pending');
    try {
      const said = await verify(things.a, things.b, { fmr, abstain }, mine.signal);
      verdict.replaceChildren(...verdictOf(said));
      renew(evidence, () => evidenceOf(said));
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      verdict.replaceChildren();
      evidence.replaceChildren(problemBox(problem, answer));
    } finally {
      if (flight === mine) verdict.classList.remove('pending');
    }
  }

  function waiting() {
    return el('div', { class: 'verdict-wait' },
      el('h1', {}, 'Same or different?'),
      el('p', { class: 'faint' }, things.a || things.b ? `One more ${noun}.` : `${ofTexts ? 'Type or pick' : 'Pick'} two ${nouns}.`),
      el('button', { type: 'button', class: 'button', onclick: random }, icon('dice'), things.a || things.b ? 'Pick one for me' : 'Surprise me'));
  }

  function verdictOf(said) {
    const word = said.abstained ? 'Unsure' : said.same === null ? 'Score' : said.same ? 'Same' : 'Different';
    const kind = said.same === null ? 'unknown' : said.same ? 'same' : 'different';
    announce(`${word}, score ${said.score.toFixed(3)}`);
    return [
      ring(said.probability, kind),
      el('h1', { class: `verdict-word ${kind}` }, word),
      el('p', { class: 'verdict-score' }, 'score ', el('b', { class: 'mono' }, said.score.toFixed(3)),
        said.threshold === null ? '' : el('span', { class: 'faint' }, ` · threshold ${said.threshold.toFixed(3)}`)),
      el('span', { class: 'verdict-tools' },
        el('button', {
          type: 'button', class: 'button quiet small',
          onclick: () => {
            [things.a, things.b] = [things.b, things.a];
            remember();
          },
        }, icon('swap'), 'Swap'),
        whyButton(info, things.a, things.b, { compared: true, className: 'button quiet small why' })),
    ];
  }

  /** How likely the two are the same, as a ring that fills. */
  function ring(probability, kind) {
    if (probability === null) return '';
    const round = 2 * Math.PI * 42;
    return svg('svg', { viewBox: '0 0 100 100', class: `ring ${kind}`, role: 'img', 'aria-label': `${percent(probability)} likely the same, where both are as likely beforehand` },
      svg('circle', { class: 'ring-track', cx: 50, cy: 50, r: 42 }),
      svg('circle', {
        class: 'ring-fill', cx: 50, cy: 50, r: 42, transform: 'rotate(-90 50 50)',
        'stroke-dasharray': `${(round * probability).toFixed(1)} ${round.toFixed(1)}`,
      }),
      svg('text', { x: 50, y: 50, class: 'ring-percent' }, percent(probability)),
      svg('text', { x: 50, y: 66, class: 'ring-says' }, 'likely the same'));
  }

  function evidenceOf(said) {
    const zone = zoneOf(info, said.zone);
    const plot = scorePlot(info, said, zone);
    const thresholds = info.decision?.thresholds ?? [];
    if (!plot && !thresholds.length) {
      return [el('p', { class: 'faint note' }, `${info.bundle ? 'This bundle was sealed without validation pairs' : 'These vectors were made elsewhere'}: there is a score, but no threshold to judge it by.`)];
    }
    return [el('section', { class: 'panel', 'aria-label': 'How the answer comes about' },
      el('div', { class: 'panel-head' },
        el('div', { class: 'legend' }, plot ? legendOf(info).map(([kind, words]) => el('span', { class: kind }, words)) : null),
        mayAbstain && info.decision
          ? el('label', { class: 'check' }, el('input', {
            type: 'checkbox', checked: abstain, 'data-hold': 'abstain',
            onchange: (event) => {
              abstain = event.target.checked;
              answer();
            },
          }), 'May abstain') : null,
        thresholds.length > 1
          ? el('div', { class: 'segments', role: 'group', 'aria-label': 'False matches allowed' }, el('span', { class: 'segments-name' }, 'False matches'),
            thresholds.map((each) => el('button', {
              type: 'button', 'data-hold': `fmr ${each.targetFmr}`,
              'aria-pressed': String(each.targetFmr === said.fmr),
              title: `threshold ${each.threshold.toFixed(3)}`,
              onclick: () => {
                fmr = each.targetFmr;
                answer();
              },
            }, ratePercent(each.targetFmr))))
          : null),
      plot,
      said.fmr === null ? null : el('p', { class: 'note' }, explain(said, thresholds)))];
  }

  function explain(said, thresholds) {
    const one = Math.round(1 / said.fmr);
    const missed = thresholds.find((each) => each.targetFmr === said.fmr)?.fnmr;
    return `At this threshold about 1 in ${one.toLocaleString('en')} different pairs is taken for the same`
      + (missed === undefined ? '.' : `, and ${ratePercent(missed)} of the same pairs are missed.`)
      + (said.probability === null ? '' : ' The percentage is for two that are as likely the same as not beforehand.')
      + (said.abstained ? ' The score lies where neither answer is sure enough, so none is given.' : '');
  }

  async function random() {
    for (const side of SIDES) {
      if (!things[side]) {
        const one = await browse.random();
        if (one && !things[side]) things[side] = one;
      }
    }
    remember();
  }

  function take(file, side = active) {
    const thing = go.thing(file);
    if (thing) put(side, thing);
  }

  offers('POST', '/v1/collections/{}/explain').then((there) => {
    // Both came into the server together.
    mayAbstain = there;
  }, () => {});

  async function show(parameters, left, right) {
    for (const [side, given] of [['a', left], ['b', right]]) if (given) things[side] = given;
    for (const side of SIDES) {
      const id = parameters[side];
      const text = parameters[`${side}-text`];
      if (ofTexts && text) things[side] = { text };
      if (id !== undefined && things[side]?.id !== id) {
        try {
          things[side] = await itemOf(id);
        } catch (problem) {
          things[side] = null;
          evidence.replaceChildren(problemBox(problem));
        }
      }
    }
    active = things.a && !things.b ? 'b' : 'a';
    if (left || right) remember();
    else {
      draw();
      answer();
    }
  }

  function sideAt(x, y) {
    const slot = document.elementFromPoint(x, y)?.closest('.slot');
    return slot === slots.b.node ? 'b' : slot === slots.a.node ? 'a' : active;
  }

  return { node, show, ...(ofTexts ? { say: (text) => say(text, active) } : ofVectors ? {} : { take, sideAt, veil: 'to compare it' }), focus: browse.focus, random: () => {
    things.a = things.b = null;
    random();
  } };
}
