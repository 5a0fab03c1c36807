// Why: which parts of two things carried their score, and where it stands among those that validation saw.
import { explain, offers } from './api.js';
import { announce, el, icon, nameOf, percent, picture, problemBox } from './parts.js';
import { legendOf, scorePlot } from './plot.js';
import { headline, isListed, textOf } from './words.js';

/** A button that asks why; hidden where the server does not answer that. */
export function whyButton(info, one, other, { compared = false, className = 'tool why' } = {}) {
  const label = nameIn(info, other);
  const button = el('button', {
    type: 'button', class: className, title: 'Why? (w)', 'aria-label': `Why ${label}?`, hidden: true,
    onclick: () => why(info, one, other, compared),
  }, icon('why'), className.includes('button') ? 'Why?' : null);
  offers('POST', '/v1/collections/{}/explain').then((there) => {
    button.hidden = !there;
  }, () => {});
  return button;
}

const nameIn = (info, thing) => (isListed(info) ? headline(thing) : nameOf(thing));

function why(info, one, other, compared) {
  const flight = new AbortController();
  const body = el('div', { class: 'why-body', 'aria-busy': 'true' });
  const drawer = el('dialog', { class: 'drawer', 'aria-labelledby': 'why-title' },
    el('header', {},
      el('h2', { id: 'why-title' }, 'Why this score?'),
      el('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: () => drawer.close() }, icon('close'))),
    body);
  drawer.addEventListener('click', (event) => {
    if (event.target === drawer) drawer.close();
  });
  drawer.addEventListener('close', () => {
    flight.abort();
    drawer.remove();
  });
  document.body.append(drawer);
  drawer.showModal();

  async function load() {
    body.replaceChildren(el('div', { class: 'why-pair' }, [one, other].map((thing) => el('figure', {},
      isListed(info) ? el('p', { class: 'why-text' }, textOf(thing) || headline(thing)) : picture(thing),
      el('figcaption', {}, nameIn(info, thing))))),
    el('p', { class: 'why-wait' }, el('span', { class: 'spinner small' }), info.takes === 'texts'
      ? 'Leaving out one word after another, and encoding each time …' : 'Covering one part after another, and encoding each time …'));
    try {
      const said = await explain(one, other, compared, flight.signal);
      body.replaceChildren(...answer(said));
      announce(`Score ${said.score.toFixed(3)}. ${placed(said)}`);
    } catch (problem) {
      if (problem.name !== 'AbortError') body.replaceChildren(problemBox(problem, load));
    } finally {
      body.removeAttribute('aria-busy');
    }
  }

  function answer(said) {
    const sides = Object.values(said.parts);
    const most = Math.max(1e-9, ...sides.flatMap(dropsOf).map(Math.abs));
    const heats = [];
    const pair = el('div', { class: 'why-pair' }, [one, other].map((thing, i) => el('figure', {},
      partsOf(thing, sides[i], most, heats),
      el('figcaption', {}, nameIn(info, thing)))));
    const plot = scorePlot(info, { score: said.score, threshold: said.threshold ?? null }, null, 520);
    return [
      el('p', { class: 'why-score' }, el('b', { class: 'mono' }, said.score.toFixed(3)),
        said.threshold === undefined ? '' : ` ${said.score >= said.threshold ? 'above' : 'below'} the threshold ${said.threshold.toFixed(3)}`),
      pair,
      el('div', { class: 'why-key' },
        el('span', { class: 'key carried' }, 'carried the score'), el('span', { class: 'key against' }, 'spoke against it'),
        heats.length ? switchOf(heats) : null),
      plot ? el('section', {}, el('h3', {}, 'Where the score stands'),
        el('div', { class: 'legend' }, legendOf(info).map(([kind, words]) => el('span', { class: kind }, words))),
        plot, el('p', { class: 'note' }, placed(said))) : null,
      said.nearest.length ? el('section', {}, el('h3', {}, compared ? 'Nearest to the first' : 'Nearest of all'), el('ul', { class: 'map-rows' },
        said.nearest.map((each) => el('li', {}, el('a', { class: 'map-row', href: `#/search?${new URLSearchParams({ id: each.id })}`, onclick: () => drawer.close() },
          isListed(info) ? null : picture(each),
          el('span', { class: 'map-row-name' }, nameIn(info, each)), el('span', { class: 'mono faint' }, each.score.toFixed(3))))))) : null,
    ].filter(Boolean);
  }

  load();
}

function switchOf(heats) {
  const box = el('input', {
    type: 'checkbox', checked: true,
    onchange: () => {
      for (const heat of heats) heat.hidden = !box.checked;
    },
  });
  return el('label', { class: 'check' }, box, 'Heat');
}

const dropsOf = (part) => (part?.kind === 'picture' ? part.drops.flat() : part?.kind === 'text' ? part.words.map(({ drop }) => drop ?? 0) : []);

function partsOf(thing, part, most, heats) {
  if (part?.kind === 'text') return weighed(thing, part, most);
  const frame = thing.file || thing.id !== undefined && part?.kind === 'picture' ? picture(thing) : textOf(thing) ? el('p', { class: 'why-text' }, textOf(thing)) : picture(thing);
  if (part?.kind !== 'picture') {
    return el('div', {}, frame, el('p', { class: 'why-none' }, 'Only its vector is kept, so nothing of it can be covered or left out.'));
  }
  const heat = heatOf(part, most);
  heats.push(heat);
  frame.append(heat);
  return frame;
}

/** Cells blown up softly over the picture, which stands in the middle of its square frame. */
function heatOf({ width, height, drops }, most) {
  const [rows, columns] = [drops.length, drops[0].length];
  const cells = document.createElement('canvas');
  cells.width = columns;
  cells.height = rows;
  const pen = cells.getContext('2d');
  const data = pen.createImageData(columns, rows);
  drops.flat().forEach((drop, i) => {
    const part = Math.min(1, Math.abs(drop) / most);
    data.data.set([...(drop >= 0 ? [104, 92, 255] : [255, 122, 48]), Math.round(255 * 0.82 * part ** 0.8)], 4 * i);
  });
  pen.putImageData(data, 0, 0);
  const heat = el('canvas', { class: 'heat', 'aria-hidden': 'true' });
  const side = 320;
  heat.width = Math.round(width >= height ? side : (side * width) / height);
  heat.height = Math.round(height >= width ? side : (side * height) / width);
  const wide = heat.getContext('2d');
  wide.imageSmoothingQuality = 'high';
  wide.drawImage(cells, 0, 0, heat.width, heat.height);
  return heat;
}

function weighed(thing, { words }, most) {
  const whole = textOf(thing);
  const children = [];
  let at = 0;
  for (const { words: word, from, to, drop } of words) {
    if (whole && from >= at) children.push(whole.slice(at, from));
    else if (!whole) children.push(' ');
    const part = Math.min(1, Math.abs(drop ?? 0) / most);
    const node = el('span', {
      class: drop === null ? '' : drop >= 0 ? 'carried' : 'against', title: drop === null ? 'the only word' : `without it ${drop >= 0 ? '−' : '+'}${Math.abs(drop).toFixed(3)}`,
    }, word);
    node.style.setProperty('--part', part.toFixed(3));
    children.push(node);
    at = to;
  }
  if (whole) children.push(whole.slice(at));
  return el('p', { class: 'why-text weighed' }, children);
}

function placed({ place }) {
  if (!place) return '';
  const share = (value) => (value > 0.99 ? 'more than 99%' : value < 0.01 ? 'less than 1%' : percent(value));
  return `In validation ${share(place.different)} of the different pairs scored lower, and ${share(1 - place.same)} of the same pairs scored higher.`;
}
