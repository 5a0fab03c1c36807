// The collection's pictures as a grid, or its texts as a list: to look through, find in by name, and pick from.
import { items } from './api.js';
import { el, icon, nameOf, number, picture, problemBox, skeletons } from './parts.js';
import { headline, isListed, nounsOf, passage } from './words.js';

const PAGE = 120;

/** @param onPick called with the item that was picked */
export function browser(info, groupField, onPick) {
  let words = '';
  let group = '';
  let next = 0;
  let known = [];
  let flight = null;
  let begun = Promise.resolve();
  let chosen = new Set();

  const listed = isListed(info);
  const [, nouns] = nounsOf(info);
  const find = listed ? 'Find by word' : 'Find by name';
  const grid = el('div', {
    class: listed ? 'tiles lines' : 'tiles', role: 'group', 'aria-label': `${nouns[0].toUpperCase()}${nouns.slice(1)} to pick from`,
  });
  const count = el('span', { class: 'count', 'aria-live': 'polite' });
  const end = el('div', { class: 'end' });
  const scroll = el('div', { class: 'browse-scroll' }, grid, end);
  const field = el('input', {
    type: 'search',
    class: 'find',
    placeholder: find,
    'aria-label': find,
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: '200',
    oninput: () => {
      clearTimeout(field.timer);
      field.timer = setTimeout(() => {
        words = field.value.trim();
        restart();
      }, 120);
    },
    onkeydown: (event) => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        grid.querySelector('.tile')?.focus();
        event.preventDefault();
      }
    },
  });

  const groups = groupField ? Object.entries(info.groups[groupField]) : [];
  const select = groups.length
    ? el('select', {
      class: 'select',
      'aria-label': groupField,
      onchange: () => {
        group = select.value;
        restart();
      },
    },
    el('option', { value: '' }, `every ${groupField}`),
    groups.map(([name, size]) => el('option', { value: name }, `${name} (${number(size)})`)))
    : null;

  function restart() {
    next = 0;
    known = [];
    if (!grid.querySelector('[data-id]')) grid.replaceChildren(...skeletons(24, 'tile'));
    begun = more();
  }

  async function more() {
    flight?.abort();
    const mine = (flight = new AbortController());
    const from = next;
    next = null;
    try {
      const page = await items({
        from, limit: PAGE, ...(words && { q: words }), ...(group && { [groupField]: group }),
      }, mine.signal);
      const tiles = page.items.map(tile);
      known.push(...page.items);
      if (from === 0) {
        const focused = grid.contains(document.activeElement);
        grid.replaceChildren(...tiles);
        tiles[0]?.setAttribute('tabindex', '0');
        scroll.scrollTop = 0;
        if (focused) tiles[0]?.focus();
      } else grid.append(...tiles);
      count.textContent = number(page.total);
      next = page.next ?? null;
      end.replaceChildren(page.total === 0 ? nothing() : '');
      fillUp();
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      grid.replaceChildren();
      end.replaceChildren(problemBox(problem, restart));
    }
  }

  function nothing() {
    return el('p', { class: 'nothing' },
      words ? (listed ? `Nothing holds “${words}”.` : `Nothing is called “${words}”.`)
        : `This collection is empty. Index some ${nouns}, then come back.`);
  }

  function tile(item) {
    const label = listed ? headline(item) : nameOf(item);
    const kind = groupField && item.payload[groupField];
    const node = el('button', {
      type: 'button',
      class: 'tile',
      tabindex: '-1',
      title: kind ? `${label}\n${kind}` : label,
      'aria-label': kind ? `${label}, ${kind}` : label,
      'aria-pressed': String(chosen.has(item.id)),
      onclick: () => onPick(item),
    }, listed ? line(item) : picture(item));
    node.dataset.id = item.id;
    return node;
  }

  function line(item) {
    const more = passage(item);
    return el('span', { class: 'line' }, el('strong', {}, headline(item)), more ? el('span', {}, more) : null);
  }

  // The next page is asked for before the end comes into sight.
  function fillUp() {
    if (next !== null && scroll.scrollTop + scroll.clientHeight > scroll.scrollHeight - 400 && scroll.clientHeight > 0) more();
  }
  scroll.addEventListener('scroll', fillUp, { passive: true });
  new ResizeObserver(fillUp).observe(scroll);

  arrows(grid, '.tile');

  const node = el('section', { class: 'browse', 'aria-label': 'The collection' },
    el('div', { class: 'browse-bar' },
      el('div', { class: 'find-box' }, icon('find'), field, el('kbd', {}, '/')),
      el('div', { class: 'browse-row' }, select, el('span', { class: 'count-box' }, count, ` ${nouns}`))),
    scroll);
  restart();

  return {
    node,
    focus: () => field.focus(),
    /** Of those that are shown; of the first to come, where there is none yet. */
    random: async () => {
      await begun;
      return known[Math.floor(Math.random() * known.length)];
    },
    some: (n) => known.slice(0, n),
    mark(ids) {
      chosen = new Set(ids);
      for (const each of grid.querySelectorAll('.tile')) each.setAttribute('aria-pressed', String(chosen.has(each.dataset.id)));
    },
  };
}

/** Arrow keys move the focus among a grid's members; Tab goes in and out of it once. */
export function arrows(grid, selector) {
  grid.addEventListener('keydown', (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 'up', ArrowDown: 'down', Home: 'first', End: 'last' };
    const step = steps[event.key];
    const at = event.target.closest(selector);
    if (step === undefined || !at || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...grid.querySelectorAll(selector)];
    const i = all.indexOf(at);
    const columns = Math.max(1, all.findIndex((each) => each.offsetTop > all[0].offsetTop));
    const width = all.some((each) => each.offsetTop > all[0].offsetTop) ? columns : all.length;
    const to = { up: i - width, down: i + width, first: 0, last: all.length - 1 }[step] ?? i + step;
    if (all[to]) {
      at.tabIndex = -1;
      all[to].tabIndex = 0;
      all[to].focus();
    }
    event.preventDefault();
  });
}
