// How a search is narrowed: attributes to keep to as chips, how many at once, words beside likeness.
import { el, icon, number } from './parts.js';

const SIZES = [12, 36, 100];
const LONG_LIST = 10;

/** @param changed called after each change */
export function refining(info, usual, changed) {
  const chosen = new Map();
  let size = usual;
  let words = false;

  const fields = Object.entries(info.groups).filter(([field, values]) => field !== 'name' && Object.keys(values).length <= 64);
  const chips = el('span', { class: 'chips' });
  const menu = el('div', { class: 'menu', hidden: true, role: 'dialog', 'aria-label': 'Filter by attribute' });
  const opener = el('button', {
    type: 'button', class: 'button small', 'aria-expanded': 'false', 'aria-haspopup': 'dialog', onclick: () => open(menu.hidden),
  }, icon('filter'), 'Filter');
  const filterBox = fields.length ? el('span', { class: 'menu-box' }, opener, menu) : null;

  function open(wanted) {
    menu.hidden = !wanted;
    opener.setAttribute('aria-expanded', String(wanted));
    if (wanted) {
      menu.replaceChildren(...fields.map(group));
      menu.querySelector('input')?.focus();
      addEventListener('pointerdown', outside);
    } else removeEventListener('pointerdown', outside);
  }
  const outside = (event) => {
    if (!filterBox.contains(event.target)) open(false);
  };
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      open(false);
      opener.focus();
      event.stopPropagation();
    }
  });

  function group([field, values]) {
    const list = el('ul', { class: 'menu-values' });
    const fill = (part = '') => list.replaceChildren(...Object.entries(values)
      .filter(([value]) => value.toLowerCase().includes(part.toLowerCase()))
      .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
      .map(([value, count]) => el('li', {}, el('label', {},
        el('input', {
          type: 'checkbox', checked: chosen.get(field)?.has(value) ?? false,
          onchange: (event) => {
            put(field, value, event.target.checked);
            draw();
            changed();
          },
        }),
        el('span', {}, value), el('span', { class: 'count mono' }, number(count))))));
    fill();
    return el('fieldset', {}, el('legend', {}, field),
      Object.keys(values).length > LONG_LIST
        ? el('input', {
          type: 'search', class: 'menu-find', placeholder: `Find a ${field}`, 'aria-label': `Find a ${field}`,
          oninput: (event) => fill(event.target.value),
        })
        : null,
      list);
  }

  function put(field, value, wanted) {
    const of = chosen.get(field) ?? new Set();
    if (wanted) of.add(value);
    else of.delete(value);
    if (of.size) chosen.set(field, of);
    else chosen.delete(field);
  }

  function draw() {
    chips.replaceChildren(...[...chosen].flatMap(([field, values]) => [...values].map((value) => el('button', {
      type: 'button', class: 'chip on', 'aria-label': `No longer only ${field} ${value}`, title: 'Remove',
      onclick: () => {
        put(field, value, false);
        draw();
        changed();
      },
    }, el('span', { class: 'faint' }, field), ` ${value} `, icon('close')))));
  }

  const sizes = el('label', { class: 'inline-select' }, el('span', { class: 'faint' }, 'k'),
    el('select', {
      class: 'select', 'aria-label': 'Neighbours at once',
      onchange: (event) => {
        size = Number(event.target.value);
        changed();
      },
    }, SIZES.map((each) => el('option', { value: each, selected: each === usual }, String(each)))));
  // Only where there are words to share, and something was typed that could share them.
  const hybrid = el('button', {
    type: 'button', class: 'button small toggle', 'aria-pressed': 'false', title: 'Count shared words as well as likeness', hidden: !info.words || info.takes !== 'texts',
    onclick: () => {
      words = !words;
      hybrid.setAttribute('aria-pressed', String(words));
      changed();
    },
  }, 'Words too');

  return {
    node: el('div', { class: 'refine' }, filterBox, hybrid, sizes, chips),
    size: () => size,
    words: () => words && Boolean(info.words),
    /** @returns what all chips say together with another filter, or null where there is none */
    filter(other = null) {
      const parts = [...chosen].map(([field, values]) => (values.size === 1
        ? { equals: { [field]: [...values][0] } }
        : { in: { [field]: [...values] } }));
      if (other) parts.push(other);
      return parts.length === 0 ? null : parts.length === 1 ? parts[0] : { and: parts };
    },
    only(field, value) {
      chosen.clear();
      put(field, value, true);
      draw();
    },
    clear() {
      chosen.clear();
      draw();
    },
  };
}
