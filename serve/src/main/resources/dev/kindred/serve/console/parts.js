// Small parts that all views are made of.
import { pictureOf } from './api.js';

/** An element; children that are strings become text, never markup. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * Puts other children in; what was focused keeps the focus where it, or what is made in its place (by data-hold), is still there.
 *
 * @param make the children; called late, since what is moved loses the focus at once
 */
export function renew(parent, make) {
  const held = parent.contains(document.activeElement) ? document.activeElement : null;
  parent.replaceChildren(...make().flat().filter((child) => child !== null && child !== undefined && child !== ''));
  const next = held?.isConnected ? held : held?.dataset.hold && parent.querySelector(`[data-hold="${CSS.escape(held.dataset.hold)}"]`);
  if (next && next !== document.activeElement) next.focus({ preventScroll: true });
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.flat().filter(Boolean));
  return node;
}

const ICONS = {
  find: 'M8.8 14.6a5.8 5.8 0 1 0 0-11.6 5.8 5.8 0 0 0 0 11.6ZM13 13l4 4',
  upload: 'M10 13V3.5M6.2 7 10 3.2 13.8 7M3.5 12.5v3a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5v-3',
  compare: 'M7.5 14.5a5 5 0 1 1 0-9 5 5 0 0 1 0 9ZM12.5 14.5a5 5 0 1 1 0-9 5 5 0 0 1 0 9Z',
  dice: 'M4 6.5 10 3l6 3.5v7L10 17l-6-3.5zM4 6.5l6 3.5 6-3.5M10 10v7',
  close: 'M5 5l10 10M15 5 5 15',
  back: 'M12 4 6 10l6 6',
  warn: 'M10 3 2.5 16.5h15zM10 8v4M10 14.2v.3',
  swap: 'M4 7h11l-3-3M16 13H5l3 3',
  why: 'M7.2 7.4a2.9 2.9 0 1 1 4.3 2.5c-.9.5-1.5 1-1.5 2.1M10 15v.3',
  filter: 'M3 5h14M6 10h8M8.5 15h3',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fit: 'M3.5 7V3.5H7M13 3.5h3.5V7M16.5 13v3.5H13M7 16.5H3.5V13',
  hand: 'M10 3v14M3 10h14M10 3 8 5M10 3l2 2M10 17l-2-2M10 17l2-2M3 10l2-2M3 10l2 2M17 10l-2-2M17 10l-2 2',
  lasso: 'M4.5 13.5C2.5 11.5 3 6.5 8 4.8s10 1 9 4.7-7.5 5.5-10.5 3.7M6.5 13.2c1.300.8.8 2.6-.5 2.6s-2-1.6-1.5-2.300',
  box: 'M4 4h2.5M8.8 4h2.4M13.5 4H16v2.5M16 8.8v2.4M16 13.5V16h-2.5M11.2 16H8.8M6.5 16H4v-2.5M4 11.2V8.8M4 6.5V4',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10',
  map: 'M5 6.2h.01M8 4.4h.01M7.2 8h.01M13.6 6h.01M15.8 8.4h.01M12.8 9h.01M6 14.6h.01M9.4 13h.01M10 16h.01M14.4 14.6h.01',
};

export function icon(name) {
  return svg('svg', { viewBox: '0 0 20 20', class: 'icon', 'aria-hidden': 'true' }, svg('path', { d: ICONS[name] }));
}

/** What to call an item: its own name where it has one, else the end of its id. */
export function nameOf(thing) {
  const payload = thing.payload ?? {};
  const own = payload.name ?? payload.title ?? payload.label;
  const name = thing.file ? thing.file.name || 'pasted picture' : typeof own === 'string' && own ? own : thing.id.split('/').pop();
  return name.replace(/\.[a-z0-9]{2,4}$/i, '').replaceAll(/[-_]+/g, ' ');
}

/**
 * A thing's picture. Line art on white (icons, letters, drawings) is turned to light on dark in the dark theme, a photograph never is.
 */
export function picture(thing, className = 'picture') {
  const frame = el('span', { class: className });
  const image = el('img', { alt: '', loading: 'lazy', decoding: 'async', draggable: 'false' });
  const missing = () => {
    image.remove();
    frame.classList.add('ready', 'missing');
    frame.append(nameOf(thing).trim().slice(0, 1).toUpperCase() || '·');
  };
  image.addEventListener('load', () => {
    if (isInk(image)) frame.classList.add('ink');
    frame.classList.add('ready');
  });
  image.addEventListener('error', missing);
  const where = thing.file ? thing.preview : pictureOf(thing.id);
  if (typeof where === 'string') image.src = where;
  else where.then((url) => {
    image.src = url;
  }, missing);
  frame.append(image);
  return frame;
}

const probe = document.createElement('canvas');
probe.width = probe.height = 12;
const pen = probe.getContext('2d', { willReadFrequently: true });

/** Whether a picture is line art on white: hardly any colour, much white, or nothing but black and white. */
export function isInk(image) {
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, 12, 12);
  pen.drawImage(image, 0, 0, 12, 12);
  const { data } = pen.getImageData(0, 0, 12, 12);
  let white = 0;
  let black = 0;
  for (let i = 0; i < data.length; i += 4) {
    const most = Math.max(data[i], data[i + 1], data[i + 2]);
    const least = Math.min(data[i], data[i + 1], data[i + 2]);
    if (most - least > 26) return false;
    if (least > 236) white++;
    if (most < 40) black++;
  }
  // Thin lines leave much white; a filled sign leaves little of it, but hardly any grey.
  return white > 30 || (white > 6 && white + black > 90);
}

export function percent(rate) {
  if (rate > 0.995 && rate < 1) return '> 99%';
  if (rate < 0.005 && rate > 0) return '< 1%';
  return `${Math.round(rate * 100)}%`;
}

export function ratePercent(rate) {
  return `${Number((rate * 100).toPrecision(2))}%`;
}

/** How much of a bar a score fills: from where validation saw nothing but different pairs to the best there is. */
function part(info, score) {
  // A comparator's calibration says nothing of the scores that a search gives.
  const knots = (info.comparator ? undefined : info.decision)?.calibration.scores ?? [0, 1];
  const best = info.distance === 'cosine' ? 1 : info.distance === 'l2' ? 0 : knots.at(-1);
  const least = Math.min(knots[0], best - 1e-6);
  return Math.min(1, Math.max(0.02, (score - least) / (best - least))).toFixed(4);
}

/** A score as a bar, with a tick where the threshold is. */
export function scoreBar(info, score, threshold) {
  const bar = el('span', { class: 'bar-fill' });
  bar.style.setProperty('--part', part(info, score));
  const track = el('span', { class: 'bar-track' }, bar);
  if (threshold !== undefined) {
    const tick = el('span', { class: 'bar-tick' });
    tick.style.setProperty('--part', part(info, threshold));
    track.append(tick);
  }
  return track;
}

/**
 * Where, among neighbours in falling order, the threshold lies. It was set for one pair; a search looks at a whole collection, so that
 * some of what stands above it is not meant: how many to reckon with is said instead of a probability.
 */
function divider(found, above, shown, items) {
  const says = above === 0 ? 'All below the threshold' : above === shown ? 'All above the threshold so far' : 'Below the threshold';
  const strays = Math.round(found.fmr * items);
  return el('div', { class: 'divider', role: 'separator' },
    el('span', {}, says, ' ', el('b', { class: 'mono' }, found.threshold.toFixed(3)),
      el('span', { class: 'faint' }, strays >= 1
        ? ` · of ${number(items)} unrelated items about ${number(strays)} would pass it`
        : ` · 1 in ${number(Math.round(1 / found.fmr))} unrelated items passes it`)));
}

/** Neighbours with the divider among them, where there is a threshold. */
export function divided(found, shown, items, draw) {
  const above = found.threshold === undefined ? -1 : shown.filter((each) => each.same).length;
  const nodes = [];
  shown.forEach((neighbor, i) => {
    if (i === above) nodes.push(divider(found, above, shown.length, items));
    nodes.push(draw(neighbor, i));
  });
  if (above === shown.length && shown.length) nodes.push(divider(found, above, shown.length, items));
  return nodes;
}

/** As a class: on which side of the threshold a neighbour is, if there is one. */
export const sideOf = (neighbor) => (neighbor.same === true ? 'above' : neighbor.same === false ? 'below' : '');

/** Said to who listens instead of looking. */
export function announce(text) {
  document.getElementById('said').textContent = text;
}

/** A size in bytes, for people. */
export function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toPrecision(2)} ${units[unit]}`;
}

export const number = (value) => value.toLocaleString('en', { maximumFractionDigits: 0 });

export function skeletons(count, className) {
  return Array.from({ length: count }, () => el('span', { class: `${className} skeleton`, 'aria-hidden': 'true' }));
}

/** What went wrong, in the server's words, and a way on. */
export function problemBox(problem, retry) {
  if (problem.where === undefined) console.error(problem);
  const stale = problem.type === 'urn:kindred:problem:wrong-space';
  return el('div', { class: 'problem', role: 'alert' },
    icon('warn'),
    el('div', {},
      el('strong', {}, stale ? 'The collection has changed' : sentence(`${problem.type?.endsWith(':picture') ? 'The picture ' : ''}${problem.message}`)),
      el('p', {}, stale ? 'It was taught anew since this page was opened.' : sentence(problem.hint ?? '')),
      problem.request ? el('p', { class: 'mono faint' }, `request ${problem.request}`) : null),
    stale
      ? el('button', { class: 'button', type: 'button', onclick: () => location.reload() }, 'Reload')
      : retry ? el('button', { class: 'button', type: 'button', onclick: retry }, 'Try again') : null);
}

const sentence = (text) => (text ? text.charAt(0).toUpperCase() + text.slice(1) : '');

const MOST_BYTES = 16 * 2 ** 20;

/** A file as a thing to search with or compare; refused here where the server would refuse it after the upload. */
export function thingOf(file) {
  if (file.size === 0) throw new Error('The file is empty');
  if (file.size > MOST_BYTES) throw new Error('The picture is larger than 16 MiB');
  return { file, preview: URL.createObjectURL(file) };
}

/** A field to choose a file with, as a label that looks like a button or a zone. */
export function fileField(className, onFile, ...children) {
  return filesField(className, ([file]) => onFile(file), { accept: 'image/*,.pgm,.ppm,.pnm' }, ...children);
}

/** The same for several files. */
export function filesField(className, onFiles, attributes, ...children) {
  const input = el('input', {
    type: 'file',
    class: 'visually-hidden',
    ...attributes,
    onchange: () => {
      if (input.files.length) onFiles([...input.files]);
      input.value = '';
    },
  });
  return el('label', { class: className }, input, ...children);
}

let toastTimer;

export function toast(text) {
  document.querySelector('.toast')?.remove();
  const node = el('div', { class: 'toast', role: 'status' }, text);
  document.body.append(node);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => node.remove(), 4000);
}
