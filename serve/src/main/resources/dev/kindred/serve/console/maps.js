// Map: the whole collection on a plane, what is alike close together.
import { item as itemOf, map as mapOf, pictureOf, search } from './api.js';
import { colourings, coloursOf, floatsOf, legend as legendOf } from './legend.js';
import { announce, el, icon, isInk, nameOf, number, percent, picture, problemBox, toast } from './parts.js';
import { scatter } from './scatter.js';
import { headline, isListed, nounsOf, passage } from './words.js';

const LISTED = 120;
const NEAR = 10;
/** Names of more than this would lie upon one another. */
const LABELLED = 60;
const TOOLS = [['move', 'hand', 'Move'], ['box', 'box', 'Choose by a box (or Shift)'], ['lasso', 'lasso', 'Choose by a line around']];

export function mapView(info, groupField, go) {
  let flight = null;
  let drawn = null;
  let pinned = -1;
  const listed = isListed(info);
  const node = el('div', { class: 'map' });

  async function load() {
    flight?.abort();
    const mine = (flight = new AbortController());
    try {
      for (let wait = 150; ; wait = Math.min(1000, wait * 1.5)) {
        const answer = await mapOf(mine.signal);
        if (answer.status !== 202) {
          // One that is there already stays as it was left.
          if (drawn?.sequence !== answer.sequence || !answer.sampled) open(answer);
          return undefined;
        }
        if (!drawn) node.replaceChildren(making(answer));
        await new Promise((done) => setTimeout(done, wait));
        if (mine.signal.aborted) return undefined;
      }
    } catch (problem) {
      if (problem.name === 'AbortError') return undefined;
      drawn = null;
      return node.replaceChildren(problemBox(problem, load));
    }
  }

  function making({ doing, share }) {
    const words = { waiting: 'Waiting for its turn', reading: 'Reading the items', comparing: 'Comparing all with all', arranging: 'Bringing together what is alike' };
    const bar = el('span', { class: 'progress-fill' });
    const part = { reading: 0.02, comparing: 0.05 + 0.3 * share, arranging: 0.35 + 0.65 * share }[doing] ?? 0;
    bar.style.setProperty('--part', part.toFixed(3));
    return el('div', { class: 'hollow map-making', role: 'status' },
      el('h1', {}, 'Drawing the map'),
      el('p', {}, words[doing] ?? doing),
      el('span', { class: 'progress', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': String(Math.round(part * 100)) }, bar));
  }

  function open(map) {
    drawn?.plot.close();
    if (!map.sampled) {
      drawn = null;
      return node.replaceChildren(el('div', { class: 'hollow' }, el('h1', {}, 'Nothing to draw yet'),
        el('p', {}, `A map begins with the first ${nounsOf(info)[1]} of the collection.`),
        el('a', { class: 'button primary', href: '#/collections' }, 'Go to collections')));
    }
    const colours = colourings(map);
    const canvas = el('canvas', {
      class: 'map-canvas', tabindex: '0', role: 'img',
      'aria-label': `${number(map.sampled)} items of ${info.collection} by likeness. Arrow keys move, plus and minus zoom, Enter takes what is in the middle.`,
    });
    const tip = el('div', { class: 'map-tip', hidden: true });
    const side = el('aside', { class: 'map-side', 'aria-label': 'What is chosen', hidden: true });
    const plot = scatter(canvas, floatsOf(map.positions), {
      hover: (i, x, y) => hover(i, x, y),
      pick: (i) => (i < 0 ? unpin() : pin(i)),
      enclose: (indices) => list(indices),
    });
    const legend = legendOf((shown) => plot.paint({ shown }));
    let colouring = colours.find(({ field }) => field === groupField) ?? colours[0] ?? null;
    const by = el('select', {
      class: 'select', 'aria-label': 'Colour by',
      onchange: () => {
        colouring = colours.find(({ field }) => field === by.value) ?? null;
        paint();
      },
    }, [...colours.map(({ field }) => field), ''].map((field) => el('option', { value: field, selected: field === (colouring?.field ?? '') }, field || 'nothing')));

    function paint() {
      const dark = getComputedStyle(document.documentElement).colorScheme === 'dark'
        || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
      const style = getComputedStyle(canvas);
      const used = coloursOf(colouring, dark);
      const value = (name) => style.getPropertyValue(name).trim();
      plot.paint({
        colours: used, of: colouring?.of ?? new Uint16Array(map.sampled), shown: null, detail,
        ground: dark ? '#101115' : '#ffffff', ink: dark ? '#eceef3' : '#17181c', accent: dark ? '#9d9bff' : '#5753c6', sans: value('font-family'), dark,
      });
      drawn.dark = dark;
      legend.draw(colouring, used);
    }

    // Close up, the things themselves.
    const thumbs = new Map();
    function detail(pen, i, x, y, r, among) {
      if (listed) return among > LABELLED ? undefined : label(pen, i, x, y, r);
      let thumb = thumbs.get(i);
      if (!thumb) {
        thumb = new Image();
        thumbs.set(i, thumb);
        thumb.addEventListener('load', () => {
          thumb.ink = isInk(thumb);
          plot.redraw();
        });
        Promise.resolve(pictureOf(map.ids[i])).then((url) => {
          thumb.src = url;
        }, () => {});
      }
      if (!thumb.complete || !thumb.naturalWidth) return undefined;
      const size = Math.min(48, Math.max(24, 0.5 * Math.sqrt((canvas.clientWidth * canvas.clientHeight) / among)));
      const turned = drawn.dark && thumb.ink && pen.filter !== undefined;
      pen.fillStyle = turned ? '#1a1c21' : '#fff';
      pen.strokeStyle = drawn.dark ? '#363944' : '#d3d2cb';
      pen.lineWidth = 1;
      pen.beginPath();
      pen.roundRect(x - size / 2, y - size / 2, size, size, 7);
      pen.fill();
      pen.stroke();
      pen.save();
      if (turned) {
        pen.filter = 'invert(1)';
        pen.globalCompositeOperation = 'lighten';
      }
      pen.drawImage(thumb, x - size / 2 + 4, y - size / 2 + 4, size - 8, size - 8);
      pen.restore();
      const colour = coloursOf(colouring, drawn.dark)[colouring?.of[i] ?? 0];
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(x + size / 2 - 3, y - size / 2 + 3, 4, 0, 2 * Math.PI);
      pen.fill();
      return undefined;
    }

    function label(pen, i, x, y, r) {
      const words = called(i).slice(0, 26);
      pen.font = '500 12px Inter, system-ui, "DejaVu Sans", sans-serif';
      pen.lineWidth = 3;
      pen.strokeStyle = drawn.dark ? '#101115' : '#ffffff';
      pen.fillStyle = drawn.dark ? '#d9dbe2' : '#33353c';
      pen.strokeText(words, x + r + 4, y + 4);
      pen.fillText(words, x + r + 4, y + 4);
    }

    const called = (i) => (listed ? map.names[i] || map.ids[i] : nameOf({ id: map.ids[i], payload: { name: map.names[i] } }));
    const thing = (i) => ({ id: map.ids[i], payload: { name: called(i) } });

    let over = -1;
    function hover(i, x, y) {
      if (i < 0) {
        over = -1;
        tip.hidden = true;
        return;
      }
      if (i !== over) {
        over = i;
        tip.replaceChildren(
          listed ? '' : picture(thing(i)),
          el('span', { class: 'map-tip-words' }, el('strong', {}, called(i)),
            colouring && !colouring.number ? el('span', { class: 'faint' }, colouring.entries[colouring.of[i]].name) : null));
        tip.hidden = false;
      }
      const left = Math.min(x + 16, canvas.clientWidth - tip.offsetWidth - 8);
      const top = y + 18 + tip.offsetHeight > canvas.clientHeight ? y - tip.offsetHeight - 14 : y + 18;
      tip.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
    }

    function shut() {
      side.hidden = true;
      side.replaceChildren();
    }

    function unpin() {
      pinned = -1;
      plot.pin(-1);
      plot.choose(null);
      shut();
    }

    async function pin(i) {
      pinned = i;
      plot.choose(null);
      plot.pin(i);
      const id = map.ids[i];
      const facts = el('dl', { class: 'facts' });
      const near = el('div', { class: 'map-near' });
      side.hidden = false;
      side.replaceChildren(
        el('header', {}, el('h2', {}, called(i)), closeButton()),
        listed ? el('p', { class: 'map-text' }, called(i)) : picture(thing(i), 'picture map-picture'),
        el('div', { class: 'map-acts' },
          el('button', { type: 'button', class: 'button primary small', onclick: () => go('search', { id }) }, icon('find'), 'Search like this'),
          el('button', { type: 'button', class: 'button small', onclick: () => go.compare(thing(i)) }, icon('compare'), 'Compare')),
        facts, near);
      plot.reveal(i, side.offsetWidth);
      announce(`${called(i)} is chosen`);
      try {
        const [item, found] = await Promise.all([itemOf(id), search({ id }, { k: NEAR })]);
        if (pinned !== i) return;
        if (listed) side.querySelector('.map-text').textContent = passage(item) || called(i);
        facts.replaceChildren(...factsOf(item));
        const places = new Map(map.ids.map((each, at) => [each, at]));
        plot.pin(i, found.neighbors.map((each) => places.get(each.id)).filter((at) => at !== undefined));
        near.replaceChildren(el('h3', {}, 'Nearest in the space'), rows(found.neighbors.map((each) => ({ ...each, at: places.get(each.id) }))));
      } catch (problem) {
        if (pinned === i) near.replaceChildren(problemBox(problem));
      }
    }

    const closeButton = () => el('button', { type: 'button', class: 'plain', 'aria-label': 'Close', title: 'Close (Esc)', onclick: unpin }, icon('close'));

    function rows(entries) {
      return el('ul', { class: 'map-rows' }, entries.map((each) => el('li', {}, el('button', {
        type: 'button', class: 'map-row', title: each.id,
        onclick: () => {
          if (each.at === undefined) return go('search', { id: each.id });
          plot.to(each.at);
          return pin(each.at);
        },
      },
      listed ? null : picture(each),
      el('span', { class: 'map-row-name' }, !each.payload ? each.id : listed ? headline(each) : nameOf(each)),
      each.score === undefined ? null : el('span', { class: 'mono faint' }, each.score.toFixed(3))))));
    }

    function list(indices) {
      pinned = -1;
      plot.pin(-1);
      if (!indices.length) {
        toast('Nothing lies in there');
        return;
      }
      plot.choose(indices);
      announce(`${number(indices.length)} items are chosen`);
      side.hidden = false;
      side.replaceChildren(
        el('header', {}, el('h2', {}, `${number(indices.length)} items`), closeButton()),
        makeUp(indices),
        el('div', { class: 'map-acts' }, el('button', {
          type: 'button', class: 'button small',
          onclick: async () => {
            try {
              await navigator.clipboard.writeText(indices.map((i) => map.ids[i]).join('\n'));
              toast(`${number(indices.length)} ids are copied`);
            } catch {
              toast('The clipboard cannot be written here');
            }
          },
        }, 'Copy ids')),
        rows(indices.slice(0, LISTED).map((i) => ({ ...thing(i), at: i }))),
        indices.length > LISTED ? el('p', { class: 'faint' }, `and ${number(indices.length - LISTED)} more`) : '');
    }

    /** Which groups what is chosen is of. */
    function makeUp(indices) {
      if (!colouring || colouring.number) return '';
      const counts = colouring.entries.map(() => 0);
      for (const i of indices) counts[colouring.of[i]]++;
      const used = coloursOf(colouring, drawn.dark);
      return el('div', { class: 'make-up', role: 'img', 'aria-label': colouring.entries.map(({ name }, i) => counts[i] && `${counts[i]} ${name}`).filter(Boolean).join(', ') },
        counts.map((count, i) => {
          if (!count) return null;
          const part = el('span', { title: `${colouring.entries[i].name}: ${count}` });
          part.style.setProperty('flex-grow', count);
          part.style.setProperty('background', used[i]);
          return part;
        }));
    }

    const tools = TOOLS.map(([name, shape, words]) => el('button', {
      type: 'button', class: 'map-tool', 'aria-pressed': String(name === 'move'), 'aria-label': words, title: words,
      onclick: () => use(name),
    }, icon(shape)));
    function use(name) {
      plot.tool(name);
      tools.forEach((tool, i) => tool.setAttribute('aria-pressed', String(TOOLS[i][0] === name)));
    }
    const zoom = (shape, words, act) => el('button', { type: 'button', class: 'map-tool', 'aria-label': words, title: words, onclick: act }, icon(shape));

    drawn = { plot, paint, unpin, use, pin, dark: false, places: map.ids, sequence: map.sequence };
    node.replaceChildren(
      el('div', { class: 'map-field' },
        canvas, tip,
        el('section', { class: 'map-key', 'aria-label': 'Legend' },
          el('label', { class: 'inline-select' }, el('span', { class: 'faint' }, 'Colour by'), by),
          legend.node),
        el('div', { class: 'map-tools', role: 'toolbar', 'aria-label': 'Map' },
          el('span', { class: 'tool-group' }, tools),
          el('span', { class: 'tool-group' },
            zoom('plus', 'Zoom in (+)', () => plot.zoom(1.8)), zoom('minus', 'Zoom out (−)', () => plot.zoom(1 / 1.8)), zoom('fit', 'Show all (0)', plot.all))),
        el('p', { class: 'map-says' }, says(map))),
      side);
    paint();
    return undefined;
  }

  function says(map) {
    const of = map.sampled < map.items ? `${number(map.sampled)} of ${number(map.items)} items` : `${number(map.items)} items`;
    const kept = el('span', {
      title: `A plane cannot keep all that a space of ${info.dimension} dimensions holds. At random it would be ${percent(map.kept.chance)}.`,
    }, `${percent(map.kept.share)} of each one's ten nearest are among its ten nearest here`);
    return [`${of} · `, kept, map.behind ? ' · newer items are being drawn in' : ''];
  }

  function factsOf(item) {
    return Object.entries({ id: item.id, ...item.payload }).slice(0, 10).flatMap(([field, value]) => [
      el('dt', {}, field), el('dd', {}, typeof value === 'object' ? value?.instant ?? [].concat(value).join(', ') : String(value).slice(0, 300))]);
  }

  document.addEventListener('kindred:theme', () => drawn?.paint());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawn?.paint());

  return {
    node,
    show() {
      return load();
    },
    leave() {
      flight?.abort();
    },
    focus: () => node.querySelector('.map-canvas')?.focus(),
    random() {
      if (!drawn) return;
      const i = Math.floor(Math.random() * drawn.places.length);
      drawn.plot.to(i);
      drawn.pin(i);
    },
    escape() {
      drawn?.unpin();
      drawn?.use('move');
    },
    keys: {
      '+': () => drawn?.plot.zoom(1.8), '=': () => drawn?.plot.zoom(1.8), '-': () => drawn?.plot.zoom(1 / 1.8), 0: () => drawn?.plot.all(),
    },
  };
}
