// What a map's colours mean, and switching groups on and off.
import { el, number } from './parts.js';

const LIGHT = ['#5753c6', '#0f9d84', '#e0672b', '#c9960c', '#2b87d1', '#c2408f', '#6ba02c', '#8f6a4c', '#d94a4a', '#1b97ab', '#9a7fe0'];
const DARK = ['#918fff', '#2fd3b6', '#ff9a66', '#f2c94c', '#5fb0f5', '#f078bf', '#9ad15a', '#c9a27e', '#ff7b7b', '#4fd0e2', '#c3b8ff'];
const REST = { light: '#a9abb3', dark: '#5f636e' };
const RAMP = { light: ['#cfcdf0', '#5753c6', '#17144f'], dark: ['#35346b', '#8886ff', '#e9e8ff'] };
const STEPS = 24;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
export const floatsOf = (base64) => new Float32Array(bytesOf(base64).buffer);

/**
 * The attributes a map can be coloured by, each with the colour of every point.
 *
 * @returns a list of {field, of, entries: [{name, count}], number?}: of is the entry's place by point
 */
export function colourings(map) {
  const all = map.groups.map(({ field, values, of }) => {
    const raw = bytesOf(of);
    const named = Math.min(values.length, LIGHT.length);
    const places = new Uint16Array(raw.length);
    const counts = new Array(named + 2).fill(0);
    for (let i = 0; i < raw.length; i++) {
      places[i] = raw[i] === 255 ? named + 1 : Math.min(raw[i], named);
      counts[places[i]]++;
    }
    const rest = values.length - named;
    const entries = values.slice(0, named).map((name, i) => ({ name, count: counts[i] }));
    entries.push({ name: `${number(rest)} more`, count: counts[named], rest: true }, { name: 'none', count: counts[named + 1], rest: true });
    return { field, of: places, entries };
  });
  for (const { field, of, low, high, kind } of map.numbers) {
    const parts = floatsOf(of);
    const places = Uint16Array.from(parts, (part) => (Number.isNaN(part) ? STEPS : Math.min(STEPS - 1, Math.floor(part * STEPS))));
    all.push({ field, of: places, number: { low, high, kind }, entries: [] });
  }
  return all;
}

/** As many colours as a colouring has entries, for a theme. */
export function coloursOf(colouring, dark) {
  if (!colouring) return [dark ? DARK[0] : LIGHT[0]];
  const rest = dark ? REST.dark : REST.light;
  if (colouring.number) return [...Array.from({ length: STEPS }, (_, i) => ramp(i / (STEPS - 1), dark)), rest];
  return colouring.entries.map((entry, i) => (entry.rest ? rest : (dark ? DARK : LIGHT)[i]));
}

function ramp(part, dark) {
  const stops = dark ? RAMP.dark : RAMP.light;
  const at = part * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const mix = [1, 3, 5].map((c) => {
    const [a, b] = [stops[i], stops[i + 1]].map((each) => parseInt(each.slice(c, c + 2), 16));
    return Math.round(a + (b - a) * (at - i));
  });
  return `rgb(${mix.join(' ')})`;
}

/** @param changed called with which entries are shown, or null for all */
export function legend(changed) {
  const node = el('div', { class: 'map-legend' });
  let shown = null;
  return {
    node,
    draw(colouring, colours) {
      shown = null;
      if (!colouring) return node.replaceChildren();
      if (colouring.number) return node.replaceChildren(gradient(colouring.number, colours));
      const buttons = colouring.entries.map((entry, i) => {
        if (!entry.count) return null;
        const dot = el('span', { class: 'dot' });
        dot.style.setProperty('--colour', colours[i]);
        const button = el('button', {
          type: 'button', class: 'legend-entry', 'aria-pressed': 'true', title: 'Click: on or off. Double click: this one alone',
          onclick: () => {
            shown ??= colouring.entries.map(() => true);
            shown[i] = !shown[i];
            apply();
          },
          ondblclick: () => {
            shown = colouring.entries.map((_, j) => j === i);
            apply();
          },
        }, dot, el('span', { class: 'legend-name' }, entry.name), el('span', { class: 'mono count' }, number(entry.count)));
        return button;
      });
      const everything = el('button', {
        type: 'button', class: 'legend-all', hidden: true,
        onclick: () => {
          shown = null;
          apply();
        },
      }, 'Show all');
      function apply() {
        if (shown?.every(Boolean)) shown = null;
        buttons.forEach((button, i) => button?.setAttribute('aria-pressed', String(shown ? shown[i] : true)));
        everything.hidden = shown === null;
        changed(shown);
      }
      return node.replaceChildren(...buttons.filter(Boolean), everything);
    },
  };
}

function gradient({ low, high, kind }, colours) {
  const says = (value) => (kind === 'moment' ? new Date(value).toISOString().slice(0, 10) : Number(value.toPrecision(4)).toLocaleString('en'));
  const band = el('span', { class: 'legend-ramp', 'aria-hidden': 'true' });
  band.style.setProperty('background', `linear-gradient(90deg, ${colours.slice(0, STEPS).join(', ')})`);
  return el('div', { class: 'legend-number' }, band, el('span', { class: 'mono' }, says(low)), el('span', { class: 'mono' }, says(high)));
}
