// Small parts that both views are made of.
import { pictureOf } from './api.js';

/** An element; children that are strings become text, never markup. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
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
  image.addEventListener('load', () => {
    if (isInk(image)) frame.classList.add('ink');
    frame.classList.add('ready');
  });
  image.addEventListener('error', () => {
    image.remove();
    frame.classList.add('ready', 'missing');
    frame.append(nameOf(thing).trim().slice(0, 1).toUpperCase() || '·');
  });
  image.src = thing.file ? thing.preview : pictureOf(thing.id);
  frame.append(image);
  return frame;
}

const probe = document.createElement('canvas');
probe.width = probe.height = 12;
const pen = probe.getContext('2d', { willReadFrequently: true });

function isInk(image) {
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

/** Where, among neighbours in falling order, the same end and the different begin. */
function divider(found, alike, shown) {
  const says = alike === 0 ? 'All different' : alike === shown ? 'All the same so far' : 'Different from here on';
  return el('div', { class: 'divider', role: 'separator' },
    el('span', {}, says,
      el('span', { class: 'faint' }, ` · threshold ${found.threshold.toFixed(3)} for ${ratePercent(found.fmr)} false matches`)));
}

/** Neighbours with the divider among them, where there is a threshold. */
export function divided(found, shown, draw) {
  const alike = found.threshold === undefined ? -1 : shown.filter((each) => each.same).length;
  const nodes = [];
  shown.forEach((neighbor, i) => {
    if (i === alike) nodes.push(divider(found, alike, shown.length));
    nodes.push(draw(neighbor, i));
  });
  if (alike === shown.length && shown.length) nodes.push(divider(found, alike, shown.length));
  return nodes;
}

export const number = (value) => value.toLocaleString('en', { maximumFractionDigits: 0 });

export function skeletons(count, className) {
  return Array.from({ length: count }, () => el('span', { class: `${className} skeleton`, 'aria-hidden': 'true' }));
}

/** What went wrong, in the server's words, and a way on. */
export function problemBox(problem, retry) {
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
  const input = el('input', {
    type: 'file',
    class: 'visually-hidden',
    accept: 'image/*,.pgm,.ppm,.pnm',
    onchange: () => {
      if (input.files.length) onFile(input.files[0]);
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
