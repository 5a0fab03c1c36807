// The console: which view is shown, and what all views share (dropping, pasting, keys, theme, footer).
import { describe, last } from './api.js';
import { compareView } from './compare.js';
import { describeView } from './describe.js';
import { el, number, problemBox, thingOf, toast } from './parts.js';
import { searchView } from './search.js';

const main = document.getElementById('main');
const veil = document.getElementById('veil');
let views = {};
let current = null;

/** Goes to a view by its address, so that Back works; what has no address (a dropped picture) is handed over. */
function go(view, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  location.hash = `#/${view}${query ? `?${query}` : ''}`;
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
  const query = new URLSearchParams(parameters).toString();
  history[push ? 'pushState' : 'replaceState'](null, '', `#/${view}${query ? `?${query}` : ''}`);
};

function show(name, open) {
  for (const tab of document.querySelectorAll('.tabs a')) {
    if (tab.dataset.view === name) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  document.title = name === 'compare' ? 'Compare · Kindred' : 'Search · Kindred';
  current = views[name];
  if (main.firstElementChild !== current.node) main.replaceChildren(current.node);
  open(current);
}

function route() {
  const [path, query] = location.hash.slice(2).split('?');
  const name = path === 'compare' ? 'compare' : 'search';
  show(name, (view) => view.show(Object.fromEntries(new URLSearchParams(query ?? ''))));
}

async function begin() {
  main.replaceChildren(el('div', { class: 'opening', 'aria-busy': 'true' }, el('span', { class: 'spinner' })));
  try {
    const info = await describe();
    const groupField = groupFieldOf(info);
    document.documentElement.dataset.takes = info.takes;
    const search = info.takes === 'texts' ? describeView : searchView;
    views = { search: search(info, groupField, go), compare: compareView(info, groupField, go) };
    foot(info);
    addEventListener('hashchange', route);
    route();
  } catch (problem) {
    if (!problem.title) console.error(problem);
    main.replaceChildren(problemBox(problem, begin));
  }
}

/** The field to sort by: one whose values many items share, which names and texts of their own are not. */
function groupFieldOf(info) {
  const shared = Object.keys(info.groups).filter((field) => 2 * Object.keys(info.groups[field]).length <= info.items
    && !['name', 'title', 'text'].includes(field));
  return shared.includes('family') ? 'family' : shared[0];
}

function foot(info) {
  const name = document.getElementById('collection');
  name.textContent = `${info.collection} · ${number(info.items)}`;
  name.title = `collection ${info.collection}, ${number(info.items)} items, ${info.engine} index`;
  name.hidden = false;
  const moment = el('span', { class: 'mono moment' });
  last.addEventListener('answer', ({ detail }) => {
    moment.textContent = `request ${detail.request} · ${Math.max(1, Math.round(detail.milliseconds))} ms`;
  });
  document.getElementById('foot').replaceChildren(
    idChip('space', info.space),
    idChip('bundle', info.bundle),
    info.release ? idChip('release', info.release) : '',
    el('span', {}, `${info.distance} · ${number(info.dimension)} dimensions`),
    moment);
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
addEventListener('dragenter', (event) => {
  if (!holdsFile(event) || !current?.take) return;
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
  if (!current?.take) return;
  current.take(event.dataTransfer.files[0], current.sideAt?.(event.clientX, event.clientY));
});
addEventListener('paste', (event) => {
  const file = [...(event.clipboardData?.files ?? [])][0];
  if (file && current?.take) current.take(file);
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
}

addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, select, textarea, dialog');
  if (event.key === 'Escape' && event.target.matches?.('input[type=search]')) event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || help.open || !current) return;
  const acts = {
    '/': () => current.focus(),
    s: () => go('search'),
    c: () => go('compare'),
    r: () => current.random(),
    t: switchTheme,
    '?': () => help.showModal(),
    Escape: () => go(current === views.compare ? 'compare' : 'search'),
  };
  if (acts[event.key]) {
    acts[event.key]();
    event.preventDefault();
  }
});

begin();
