// Search: one picture, and what is most like it.
import { item as itemOf, search } from './api.js';
import { arrows, browser } from './browse.js';
import { announce, divided, el, fileField, icon, nameOf, number, picture, problemBox, renew, scoreBar, sideOf, skeletons } from './parts.js';
import { refining } from './refine.js';
import { whyButton } from './why.js';

const PAGE = 36;

export function searchView(info, groupField, go) {
  let thing = null;
  let view = 'others';
  let flight = null;
  let shown = [];
  let drawn = null;

  const refine = refining(info, PAGE, () => run());
  const results = el('section', { class: 'results', 'aria-label': 'Neighbours' });
  const browse = browser(info, groupField, (item) => go('search', { id: item.id }));
  const node = el('div', { class: 'split' },
    el('aside', { class: 'side' },
      fileField('zone', (file) => go.file(file), icon('upload'),
        el('span', {}, el('strong', {}, 'Drop, paste or choose'), el('small', {}, 'a picture of your own'))),
      browse.node),
    results);

  const mayExclude = () => groupField && thing?.payload?.[groupField] !== undefined;

  function views() {
    const all = [];
    if (mayExclude()) all.push(['others', `Other ${plural(groupField)}`]);
    all.push(['all', groupField ? `Every ${groupField}` : 'All']);
    if (groupField) all.push(['best', 'Best of each']);
    return all;
  }

  function filter() {
    return refine.filter(view === 'others' && mayExclude()
      ? { not: { equals: { [groupField]: thing.payload[groupField] } } }
      : null);
  }

  async function open(what) {
    if (what.file) {
      thing = what;
    } else {
      const known = shown.find((each) => each.id === what.id);
      try {
        thing = known ?? await itemOf(what.id);
      } catch (problem) {
        thing = null;
        node.classList.add('busy');
        results.replaceChildren(problemBox(problem, () => open(what)));
        return;
      }
    }
    browse.mark(thing.id === undefined ? [] : [thing.id]);
    if (!views().some(([name]) => name === view)) view = 'all';
    else if (view === 'all' && mayExclude() && !open.chosen) view = 'others';
    node.classList.add('busy');
    await run();
  }

  async function run(after) {
    flight?.abort();
    const mine = (flight = new AbortController());
    if (!after && drawn !== thing) {
      renew(results, () => [head(), el('div', { class: 'cards' }, skeletons(12, 'card'))]);
      scrollTo({ top: 0 });
    }
    try {
      const best = view === 'best' && { distinct: groupField };
      const found = await search(thing, { k: refine.size(), filter: filter(), after, ...best }, mine.signal);
      shown = after ? [...shown, ...found.neighbors] : found.neighbors;
      draw(found);
      announce(shown.length ? `${number(shown.length)} nearest. First ${nameOf(shown[0])}, score ${shown[0].score.toFixed(3)}` : 'Nothing found');
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      renew(results, () => [head(), problemBox(problem, () => run(after))]);
    }
  }

  function head() {
    const kind = groupField && thing.payload?.[groupField];
    return el('header', { class: 'query' },
      el('button', { class: 'plain back', type: 'button', onclick: () => go('search') }, icon('back'), 'Browse'),
      picture(thing, 'picture query-picture'),
      el('div', { class: 'query-words' },
        el('p', { class: 'eyebrow' }, thing.file ? 'Your picture' : kind ?? 'Looking for'),
        el('h1', {}, nameOf(thing))),
      el('div', { class: 'query-tools' },
        views().length > 1
          ? el('div', { class: 'segments', role: 'group', 'aria-label': 'Where to look' },
            views().map(([name, label]) => el('button', {
              type: 'button', 'data-hold': `view ${name}`,
              'aria-pressed': String(view === name),
              onclick: () => {
                view = name;
                open.chosen = true;
                run();
              },
            }, label)))
          : null,
        refine.node),
      el('button', { class: 'button quiet query-compare', type: 'button', onclick: () => go.compare(thing) }, icon('compare'), 'Compare'));
  }

  function draw(found) {
    const cards = el('div', { class: 'cards' },
      divided(found, shown, info.items, (neighbor, i) => card(neighbor, i, found.threshold)));
    arrows(cards, '.card-main');
    drawn = thing;
    renew(results, () => [head(),
      el('p', { class: 'summary' },
        shown.length
          ? `${number(shown.length)} nearest of ${number(info.items)}`
          : 'Nothing to show',
        el('span', { class: 'faint' }, ` · ${found.exact ? 'exact' : 'by graph'} · ${Math.max(1, Math.round(found.milliseconds))} ms`),
        found.degraded ? el('span', { class: 'badge warn' }, `degraded: ${found.degraded}`) : null),
      shown.length ? cards : empty(),
      found.next
        ? el('button', { class: 'button more', type: 'button', onclick: () => run(found.next) }, 'Show more')
        : '']);
  }

  function card(neighbor, i, threshold) {
    const kind = groupField && neighbor.payload[groupField];
    return el('article', { class: `card ${sideOf(neighbor)}` },
      el('button', {
        type: 'button',
        class: 'card-main',
        tabindex: i === 0 ? '0' : '-1',
        'aria-label': `${nameOf(neighbor)}${kind ? `, ${kind}` : ''}, score ${neighbor.score.toFixed(3)}`,
        title: `${neighbor.id}\nscore ${neighbor.score.toFixed(4)}`,
        onclick: () => go('search', { id: neighbor.id }),
      },
      picture(neighbor),
      el('span', { class: 'card-words' },
        el('span', { class: 'card-name' }, nameOf(neighbor)),
        el('span', { class: 'card-kind' }, kind || '\u00a0')),
      scoreBar(info, neighbor.score, threshold),
      el('span', { class: 'card-figures' },
        el('span', {}, `${i + 1}`),
        el('b', { class: 'mono' }, neighbor.score.toFixed(3)))),
      el('span', { class: 'card-tools' },
        whyButton(info, thing, neighbor),
        el('button', {
          type: 'button', class: 'tool', title: 'Compare', 'aria-label': `Compare with ${nameOf(neighbor)}`,
          onclick: () => go.compare(thing, neighbor),
        }, icon('compare'))));
  }

  function empty() {
    return el('div', { class: 'hollow' }, el('h2', {}, 'No neighbours here'),
      el('p', {}, 'Take away a filter, look in every group, or pick another picture.'));
  }

  function welcome() {
    node.classList.remove('busy');
    browse.mark([]);
    thing = null;
    flight?.abort();
    if (info.items === 0) return results.replaceChildren(hollow());
    const starters = el('div', { class: 'starters' });
    const fill = (tries) => {
      const some = browse.some(6);
      if (some.length) {
        starters.replaceChildren(...some.map((each) => el('button', {
          type: 'button', class: 'starter', title: nameOf(each), 'aria-label': `Search with ${nameOf(each)}`,
          onclick: () => go('search', { id: each.id }),
        }, picture(each))));
      } else if (tries > 0) setTimeout(fill, 100, tries - 1);
    };
    fill(40);
    results.replaceChildren(el('div', { class: 'welcome' },
      starters,
      el('h1', {}, 'What is most like this?'),
      el('p', {}, `Pick one of ${number(info.items)} pictures, or bring your own. Kindred shows what it has learned to call alike`
        + `${groupField ? `, across every ${groupField}` : ''}.`),
      el('div', { class: 'welcome-tools' },
        fileField('button primary', (file) => go.file(file), icon('upload'), 'Choose a picture'),
        el('button', { class: 'button', type: 'button', onclick: random }, icon('dice'), 'Surprise me'))));
  }

  function hollow() {
    return el('div', { class: 'welcome' },
      el('h1', {}, 'Nothing to search yet'),
      el('p', {}, 'This collection has no items. Add some pictures and they can be found at once.'),
      el('div', { class: 'welcome-tools' }, el('a', { class: 'button primary', href: '#/collections' }, 'Go to collections')));
  }

  async function random() {
    const one = await browse.random();
    if (one) go('search', { id: one.id });
  }

  return {
    node,
    show(parameters, file) {
      if (file) return open(file);
      if (parameters.id !== undefined) return open({ id: parameters.id });
      return welcome();
    },
    take: (file) => go.file(file),
    focus: browse.focus,
    random,
    veil: 'to find its kin',
  };
}

const plural = (word) => (word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`);
