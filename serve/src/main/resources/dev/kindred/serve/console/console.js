// The console: which view of which collection is shown, and what all views share (dropping, pasting, keys, theme, footer).
import { choose, collections, last } from './api.js';
import { compareView } from './compare.js';
import { describeView } from './describe.js';
import { el, number, problemBox, thingOf, toast } from './parts.js';
import { searchView } from './search.js';
import { signInWhenAsked } from './signin.js';
import { isListed } from './words.js';

const NAMES = ['search', 'compare', 'map', 'health', 'collections'];
const TITLES = { search: 'Search', compare: 'Compare', map: 'Map', health: 'Health', collections: 'Collections' };

const main = document.getElementById('main');
const veil = document.getElementById('veil');
const chooser = document.getElementById('chooser');
let all = [];
let info = null;
let views = {};
let current = null;

/** Goes to a view by its address, so that Back works; what has no address (a dropped picture) is handed over. */
function go(view, parameters = {}) {
  location.hash = addressOf(view, parameters);
}

/** The collection stands in an address only where there is another that it could be. */
function addressOf(view, parameters) {
  const query = new URLSearchParams(parameters);
  if (info && info !== all[0] && !query.has('in')) query.set('in', info.collection);
  return `#/${view}${query.size ? `?${query}` : ''}`;
}

go.thing = (file) => {
  try {
    return thingOf(file);
  } catch (problem) {
    toast(problem.message);
    return null;
  }
};
go.file = (file) => {
  const thing = go.thing(file);
  if (!thing) return;
  go.quietly('search', {});
  show('search', (view) => view.show({}, thing));
};
go.compare = (left, right) => {
  go.quietly('compare', {}, true);
  show('compare', (view) => view.show({}, left, right));
};
go.quietly = (view, parameters, push = false) => {
  history[push ? 'pushState' : 'replaceState'](null, '', addressOf(view, parameters));
};
/** Reads anew which collections there are, and goes on with this one. */
go.anew = async (name) => {
  await gather(name);
  go.quietly('collections', {});
  route();
};

async function gather(name = info?.collection) {
  all = await collections();
  settle(all.find(({ collection }) => collection === name) ?? all[0] ?? null);
}

async function show(name, open) {
  document.title = `${TITLES[name]} · Kindred`;
  document.body.dataset.view = name;
  let view;
  try {
    view = await viewOf(name);
  } catch (problem) {
    delete views[name];
    main.replaceChildren(problemBox(problem, route));
    return;
  }
  if (document.body.dataset.view !== name) return;
  if (current !== view) current?.leave?.();
  current = view;
  // Only now do keys mean what they mean in this view.
  for (const tab of document.querySelectorAll('.tabs a')) {
    if (tab.dataset.view === name) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  if (main.firstElementChild !== view.node) main.replaceChildren(view.node);
  open(view);
}

/** Made when first gone to: what is not looked at is not loaded either. */
async function viewOf(name) {
  views[name] ??= (async () => {
    const groupField = info && groupFieldOf(info);
    switch (name) {
      case 'compare': return compareView(info, groupField, go);
      case 'map': return (await import('./maps.js')).mapView(info, groupField, go);
      case 'health': return (await import('./health.js')).healthView(go);
      case 'collections': return (await import('./collections.js')).collectionsView(go, () => all);
      default: return (isListed(info) ? describeView : searchView)(info, groupField, go);
    }
  })();
  return views[name];
}

function route() {
  const [path, query] = location.hash.slice(2).split('?');
  const parameters = new URLSearchParams(query ?? '');
  const wanted = parameters.get('in') ?? all[0]?.collection;
  parameters.delete('in');
  if (info?.collection !== wanted) {
    const found = all.find(({ collection }) => collection === wanted);
    if (found) settle(found);
    else if (wanted) toast(`There is no collection ${wanted} here`);
  }
  const asked = NAMES.includes(path) ? path : 'search';
  const name = info || asked === 'health' ? asked : 'collections';
  show(name, (view) => view.show(Object.fromEntries(parameters)));
}

async function begin() {
  main.replaceChildren(el('div', { class: 'opening', 'aria-busy': 'true' }, el('span', { class: 'spinner' })));
  try {
    await gather(new URLSearchParams(location.hash.split('?')[1] ?? '').get('in') ?? undefined);
    addEventListener('hashchange', route);
    route();
  } catch (problem) {
    main.replaceChildren(problemBox(problem, begin));
  }
}

/** From here on everything is about this collection. */
function settle(next) {
  current?.leave?.();
  current = null;
  info = next;
  const { health } = views;
  views = health ? { health } : {};
  if (info) {
    choose(info);
    document.documentElement.dataset.takes = info.takes;
  }
  drawChooser();
  foot();
}

function drawChooser() {
  chooser.hidden = !info;
  if (!info) return;
  if (all.length === 1) {
    chooser.replaceChildren(el('span', { class: 'chosen', title: `collection ${info.collection}, ${number(info.items)} items, ${info.engine} index` },
      `${info.collection} · ${number(info.items)}`));
    return;
  }
  chooser.replaceChildren(el('select', {
    class: 'chosen', 'aria-label': 'Collection',
    onchange: (event) => {
      settle(all.find(({ collection }) => collection === event.target.value));
      const view = document.body.dataset.view;
      go.quietly(view, {}, true);
      route();
    },
  }, all.map((each) => el('option', { value: each.collection, selected: each === info }, `${each.collection} · ${number(each.items)}`))));
}

/** The field to sort by: one whose values many items share, which names and texts of their own are not. */
function groupFieldOf({ groups, items }) {
  const shared = Object.keys(groups).filter((field) => 2 * Object.keys(groups[field]).length <= items
    && !['name', 'title', 'text'].includes(field));
  return shared.includes('family') ? 'family' : shared[0];
}

const moment = el('span', { class: 'mono moment' });
last.addEventListener('answer', ({ detail }) => {
  moment.textContent = `request ${detail.request} · ${Math.max(1, Math.round(detail.milliseconds))} ms`;
});

function foot() {
  document.getElementById('foot').replaceChildren(...(info ? [
    idChip('space', info.space),
    info.bundle ? idChip('bundle', info.bundle) : '',
    info.release ? idChip('release', info.release) : '',
    el('span', {}, `${info.distance} · ${number(info.dimension)} dimensions`)] : []), moment);
}

function idChip(what, id) {
  return el('button', {
    type: 'button', class: 'chip', title: `${what} ${id}\nClick to copy`,
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(id);
        toast(`The ${what}'s id is copied`);
      } catch {
        toast(id);
      }
    },
  }, what, ' ', el('span', { class: 'mono' }, id.length > 24 && !id.startsWith('external:') ? id.slice(0, 12) : id));
}

// Dropping and pasting work everywhere on the page.
let depth = 0;
const holdsFile = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
const taking = () => current?.take && !document.querySelector('dialog[open]');
addEventListener('dragenter', (event) => {
  if (!holdsFile(event) || !taking()) return;
  depth++;
  document.getElementById('veil-says').textContent = current.veil;
  veil.hidden = false;
});
addEventListener('dragover', (event) => {
  if (holdsFile(event)) event.preventDefault();
});
addEventListener('dragleave', () => {
  depth = Math.max(0, depth - 1);
  if (depth === 0) veil.hidden = true;
});
addEventListener('drop', (event) => {
  depth = 0;
  veil.hidden = true;
  if (!holdsFile(event)) return;
  event.preventDefault();
  if (taking()) current.take(event.dataTransfer.files[0], current.sideAt?.(event.clientX, event.clientY));
});
addEventListener('paste', (event) => {
  const file = [...(event.clipboardData?.files ?? [])][0];
  if (file && taking()) current.take(file);
  const typing = event.target.closest?.('input, textarea');
  const text = event.clipboardData?.getData('text/plain').trim();
  if (!typing && text && current?.say) current.say(text);
});

const help = document.getElementById('help');
document.getElementById('keys').addEventListener('click', () => help.showModal());
document.getElementById('theme').addEventListener('click', switchTheme);

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('kindred.theme', root.dataset.theme);
  document.dispatchEvent(new Event('kindred:theme'));
}

addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, select, textarea, dialog');
  if (event.key === 'Escape' && event.target.matches?.('input[type=search]')) event.target.blur();
  if (typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') || !current) return;
  const acts = {
    '/': () => current.focus(),
    s: () => go('search'),
    c: () => go('compare'),
    m: () => go('map'),
    h: () => go('health'),
    r: () => current.random?.(),
    w: () => document.activeElement?.closest('.card, .row')?.querySelector('.why:not([hidden])')?.click(),
    t: switchTheme,
    '?': () => help.showModal(),
    Escape: () => (current.escape ? current.escape() : go(document.body.dataset.view)),
    ...Object.fromEntries(NAMES.map((name, i) => [i + 1, () => go(name)])),
    ...current.keys,
  };
  if (acts[event.key]) {
    acts[event.key]();
    event.preventDefault();
  }
});

signInWhenAsked();
begin();
