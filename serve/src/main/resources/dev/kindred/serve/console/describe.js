// Describe: a text in one's own words, and what is most like it; of a collection of vectors, an item that is picked.
import { item as itemOf, search } from './api.js';
import { arrows, browser } from './browse.js';
import { announce, divided, el, icon, number, problemBox, renew, scoreBar, sideOf, skeletons } from './parts.js';
import { refining } from './refine.js';
import { whyButton } from './why.js';
import { headline, nounsOf, passage } from './words.js';

const PAGE = 36;
const MOST_GROUPS = 6;

export function describeView(info, groupField, go) {
  let thing = null;
  let group = '';
  let flight = null;
  let shown = [];
  let settled = true;
  // What encodes nothing is asked by its items alone.
  const mayType = info.takes === 'texts';
  const [, nouns] = nounsOf(info);

  const field = el('textarea', {
    class: 'say',
    rows: '1',
    placeholder: 'Describe what you look for',
    'aria-label': 'Describe what you look for',
    autocomplete: 'off',
    maxlength: '10000',
    oninput: () => {
      clearTimeout(field.timer);
      field.timer = setTimeout(ask, 250);
    },
    onkeydown: (event) => {
      if (event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault();
        clearTimeout(field.timer);
        ask(true);
      } else if (event.key === 'Escape') field.blur();
    },
  });
  const composer = el('form', {
    class: 'composer',
    role: 'search',
    onsubmit: (event) => {
      event.preventDefault();
      ask(true);
    },
  }, icon('find'), field, el('button', { class: 'button primary', type: 'submit', 'aria-label': 'Search' }, 'Search'));
  const refine = refining(info, PAGE, () => run());
  const answers = el('div', { class: 'answers' });
  const browse = browser(info, groupField, (item) => go('search', { id: item.id }));
  const node = el('div', { class: 'split texts' },
    el('aside', { class: 'side' }, browse.node),
    el('section', { class: 'results', 'aria-label': 'Neighbours' }, mayType ? composer : null, answers));

  /** What is typed is searched for as it stands. Typing on changes the step of Back that it began; what was sent is kept as one. */
  function ask(sent = false) {
    const text = field.value.trim();
    if (!text) {
      if (thing) go('search');
      return;
    }
    if (text !== thing?.text) {
      go.quietly('search', { q: text }, settled);
      settled = false;
      open({ text });
    }
    if (sent) settled = true;
  }

  async function open(what) {
    if (what.text !== undefined) {
      thing = what;
      if (field.value.trim() !== what.text) field.value = what.text;
    } else {
      field.value = '';
      try {
        thing = shown.find((each) => each.id === what.id) ?? await itemOf(what.id);
      } catch (problem) {
        thing = null;
        node.classList.add('busy');
        answers.replaceChildren(problemBox(problem, () => open(what)));
        return;
      }
    }
    browse.mark(thing.id === undefined ? [] : [thing.id]);
    node.classList.add('busy');
    await run();
  }

  async function run(after) {
    flight?.abort();
    const mine = (flight = new AbortController());
    // What stands there stays until the answer comes, so that nothing flickers while somebody types.
    if (!after && !answers.querySelector('.rows')) renew(answers, () => [head(), el('div', { class: 'rows' }, skeletons(8, 'row'))]);
    try {
      const filter = refine.filter(group ? { equals: { [groupField]: group } } : null);
      const words = refine.words() && !after && { hybrid: 'weights' };
      const found = await search(thing, { k: refine.size(), filter, after, ...words }, mine.signal);
      shown = after ? [...shown, ...found.neighbors] : found.neighbors;
      draw(found);
      announce(shown.length ? `${number(shown.length)} nearest. First ${headline(shown[0])}, score ${shown[0].score.toFixed(3)}` : 'Nothing found');
      if (!after) scrollTo({ top: 0 });
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      renew(answers, () => [head(), problemBox(problem, () => run(after))]);
    }
  }

  function head() {
    const kind = groupField && thing.payload?.[groupField];
    const more = thing.id === undefined ? '' : passage(thing);
    return el('header', { class: 'asked' },
      el('button', { class: 'plain back', type: 'button', onclick: () => go('search') }, icon('back'), 'Browse'),
      thing.id === undefined ? null : el('div', { class: 'asked-words' },
        el('p', { class: 'eyebrow' }, kind ? `Most like this ${groupField === 'label' ? '' : kind}`.trim() : 'Most like this'),
        el('h1', {}, headline(thing)),
        more ? el('p', { class: 'asked-text' }, more) : null),
      el('div', { class: 'asked-tools' },
        groups(),
        refine.node,
        el('button', { class: 'button quiet', type: 'button', onclick: () => go.compare(thing) }, icon('compare'), 'Compare')));
  }

  /** Where to look, where the collection has but a few groups. */
  function groups() {
    const names = groupField ? Object.keys(info.groups[groupField]) : [];
    if (names.length < 2 || names.length > MOST_GROUPS) return null;
    return el('div', { class: 'segments', role: 'group', 'aria-label': 'Where to look' },
      ['', ...names].map((name) => el('button', {
        type: 'button', 'data-hold': `group ${name}`,
        'aria-pressed': String(group === name),
        onclick: () => {
          group = name;
          run();
        },
      }, name || `Every ${groupField}`)));
  }

  function draw(found) {
    const rows = el('div', { class: 'rows' }, divided(found, shown, info.items, (neighbor, i) => row(neighbor, i, found.threshold)));
    arrows(rows, '.row-main');
    renew(answers, () => [head(),
      el('p', { class: 'summary' },
        shown.length ? `${number(shown.length)} nearest of ${number(info.items)}` : 'Nothing to show',
        el('span', { class: 'faint' }, ` · ${found.exact ? 'exact' : 'by graph'} · ${Math.max(1, Math.round(found.milliseconds))} ms`),
        found.degraded ? el('span', { class: 'badge warn' }, `degraded: ${found.degraded}`) : null),
      shown.length ? rows : el('div', { class: 'hollow' }, el('h2', {}, 'No neighbours here'), el('p', {}, 'Take away a filter, or say it in other words.')),
      found.next ? el('button', { class: 'button more', type: 'button', onclick: () => run(found.next) }, 'Show more') : '']);
  }

  function row(neighbor, i, threshold) {
    const kind = groupField && neighbor.payload[groupField];
    const label = kind ?? (typeof neighbor.payload.label === 'string' ? neighbor.payload.label : '');
    const more = passage(neighbor);
    return el('article', { class: `row ${sideOf(neighbor)}` },
      el('button', {
        type: 'button',
        class: 'row-main',
        tabindex: i === 0 ? '0' : '-1',
        'aria-label': `${headline(neighbor)}${label ? `, ${label}` : ''}, score ${neighbor.score.toFixed(3)}`,
        title: `${neighbor.id}\nscore ${neighbor.score.toFixed(4)}`,
        onclick: () => go('search', { id: neighbor.id }),
      },
      el('span', { class: 'row-words' },
        el('span', { class: 'row-head' },
          el('span', { class: more ? 'row-title' : 'row-title alone' }, headline(neighbor)),
          label ? el('span', { class: 'row-kind' }, label) : null),
        more ? el('span', { class: 'row-text' }, more) : null),
      el('span', { class: 'row-figures' },
        el('span', {}, `${i + 1}`),
        el('b', { class: 'mono' }, neighbor.score.toFixed(3)),
        scoreBar(info, neighbor.score, threshold))),
      el('span', { class: 'row-tools' },
        whyButton(info, thing, neighbor),
        el('button', {
          type: 'button', class: 'tool', title: 'Compare', 'aria-label': `Compare with ${headline(neighbor)}`,
          onclick: () => go.compare(thing, neighbor),
        }, icon('compare'))));
  }

  function welcome() {
    node.classList.remove('busy');
    browse.mark([]);
    thing = null;
    group = '';
    flight?.abort();
    if (info.items === 0) {
      return answers.replaceChildren(el('div', { class: 'welcome' },
        el('h1', {}, 'Nothing to search yet'),
        el('p', {}, 'This collection has no items. Add some and they can be found at once.'),
        el('div', { class: 'welcome-tools' }, el('a', { class: 'button primary', href: '#/collections' }, 'Go to collections'))));
    }
    const starters = el('div', { class: 'openers' });
    const fill = (tries) => {
      const some = browse.some(7);
      if (some.length) {
        starters.replaceChildren(...some.map((each) => el('button', {
          type: 'button', class: 'opener', title: passage(each) || headline(each), onclick: () => go('search', { id: each.id }),
        }, headline(each))));
      } else if (tries > 0) setTimeout(fill, 100, tries - 1);
    };
    fill(40);
    answers.replaceChildren(el('div', { class: 'welcome' },
      el('h1', {}, mayType ? 'Say it in your own words' : 'What is most like this?'),
      el('p', {}, mayType
        ? `Kindred finds what is most like it among ${number(info.items)} texts, whichever words they use. Or begin with one of them:`
        : `Pick one of ${number(info.items)} ${nouns}: what lies nearest to it is found. Begin with one of these:`),
      starters,
      el('div', { class: 'welcome-tools' },
        el('button', { class: 'button', type: 'button', onclick: random }, icon('dice'), 'Surprise me'))));
  }

  async function random() {
    const one = await browse.random();
    if (one) go('search', { id: one.id });
  }

  return {
    node,
    show(parameters) {
      settled = true;
      if (mayType && parameters.q) return open({ text: parameters.q });
      if (parameters.id !== undefined) return open({ id: parameters.id });
      field.value = '';
      return welcome();
    },
    ...(mayType && {
      say(text) {
        field.value = text;
        ask(true);
      },
    }),
    focus: () => (mayType ? field.focus() : browse.focus()),
    random,
  };
}
