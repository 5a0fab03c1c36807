// The server's answers. What goes wrong arrives as a Problem with the words the server chose.

export class Problem extends Error {
  constructor(detail, { title = '', where = '', hint = '', request = '', status = 0, type = '' } = {}) {
    super(detail);
    Object.assign(this, { title, where, hint, request, status, type });
  }
}

/** Says what the last answer was: for the footer. */
export const last = new EventTarget();

let space = '';
let collection = 'default';

// The key stays in this tab and is gone with it.
const KEPT = 'kindred.key';
let key = sessionStorage.getItem(KEPT) ?? '';
let ask = null;
let asking = null;

export const hasKey = () => key !== '';

/** @param ask shows the sign-in with a problem's words, and promises a key */
export function onKeyWanted(how) {
  ask = how;
}

export function signOut() {
  key = '';
  sessionStorage.removeItem(KEPT);
}

/** One sign-in, however many requests wait for it. */
async function signIn(problem) {
  asking ??= ask(problem).finally(() => {
    asking = null;
  });
  key = await asking;
  sessionStorage.setItem(KEPT, key);
}

async function fetched(path, options = {}) {
  for (;;) {
    const shown = key;
    const headers = new Headers(options.headers);
    // A page left open over a change of the collection is told so, never answered from another space.
    if (space && options.bound !== false) headers.set('Kindred-Space', space);
    if (shown) headers.set('Authorization', `Bearer ${shown}`);
    let reply;
    try {
      reply = await fetch(path, { ...options, headers });
    } catch (failure) {
      if (failure.name === 'AbortError') throw failure;
      throw new Problem('The server does not answer', { title: 'No connection', hint: 'is it still running? Try again in a moment' });
    }
    if (reply.status !== 401 || !ask) return reply;
    if (shown === key) await signIn(await problemOf(reply));
  }
}

async function problemOf(reply) {
  const type = reply.headers.get('Content-Type') ?? '';
  const json = type.includes('json') ? await reply.json() : null;
  return new Problem(json?.detail ?? `The server answered ${reply.status}`, {
    ...json, request: reply.headers.get('Kindred-Request') ?? '', status: reply.status,
  });
}

async function call(path, options = {}) {
  const start = performance.now();
  const reply = await fetched(path, options);
  const request = reply.headers.get('Kindred-Request') ?? '';
  const milliseconds = performance.now() - start;
  if (!options.quiet) last.dispatchEvent(new CustomEvent('answer', { detail: { request, milliseconds } }));
  if (!reply.ok) throw await problemOf(reply);
  const type = reply.headers.get('Content-Type') ?? '';
  const json = type.includes('json') ? await reply.json() : null;
  const behind = reply.headers.get('Kindred-Map') === 'behind';
  return { ...json, milliseconds, request, status: reply.status, ...(behind && { behind }) };
}

const of = (name) => `/v1/collections/${encodeURIComponent(name)}`;
const base = () => of(collection);

/** All collections that this key may read. */
export async function collections() {
  return (await call('/v1/collections', { bound: false })).collections;
}

/** From here on everything is asked of this one. */
export function choose(info) {
  collection = info.collection;
  space = info.space;
}

let routes = null;

/** Whether the server answers this at all: {@code offers('PUT', '/v1/collections/{}')}. */
export async function offers(method, path) {
  routes ??= call('/console/offers.json', { bound: false, quiet: true })
    .then(({ offers }) => new Set(offers.map((each) => each
      .replace(/regex:\^(.*)\$/, '$1').replaceAll(/\(\?<\w+>[^)]*\)|\{[^}]*\}/g, '{}'))));
  return (await routes).has(`${method} ${path}`);
}

export function items(parameters, signal) {
  return call(`${base()}/items?${new URLSearchParams(parameters)}`, { signal });
}

export function item(id) {
  return call(`${base()}/items/${encodeURIComponent(id)}`);
}

const KEPT_PICTURES = 400;
const pictures = new Map();

/** Where an item's picture is: its address, or, since a browser sends no key for a picture, what was fetched of it. */
export function pictureOf(id) {
  const address = `${base()}/items/${encodeURIComponent(id)}/picture?v=${space.slice(0, 12)}`;
  if (!key) return address;
  if (!pictures.has(address)) {
    pictures.set(address, fetched(address, { bound: false }).then(async (reply) => {
      if (!reply.ok) throw await problemOf(reply);
      return URL.createObjectURL(await reply.blob());
    }));
    if (pictures.size > KEPT_PICTURES) {
      const [oldest, its] = pictures.entries().next().value;
      pictures.delete(oldest);
      its.then((url) => URL.revokeObjectURL(url), () => {});
    }
  }
  return pictures.get(address);
}

/** Neighbours of an item ({id}), of a text ({text}) or of a picture's bytes ({file}). */
export async function search(thing, { k, filter, after, ...more }, signal) {
  const rest = { k, ...(filter && { filter }), ...(after && { after }), ...more };
  if (!thing.file) return post('search', { ...(await wire(thing)), ...rest }, signal);
  const query = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]));
  return call(`${base()}/search?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': thing.file.type.startsWith('image/') ? thing.file.type : 'application/octet-stream' },
    body: thing.file,
    signal,
  });
}

export async function verify(left, right, { fmr, abstain }, signal) {
  return post('verify', { left: await wire(left), right: await wire(right), ...(fmr && { fmr }), ...(abstain && { abstain }) }, signal);
}

/**
 * Which parts of both carried their score.
 *
 * @param compared whether they were compared as they are, else one was searched with and the other found
 */
export async function explain(one, other, compared, signal) {
  return post('explain', compared
    ? { left: await wire(one), right: await wire(other), of: 'both' }
    : { query: await wire(one), item: other.id, of: 'both' }, signal);
}

/** The map, or how far it is. */
export function map(signal) {
  return call(`${base()}/map`, { signal, quiet: true });
}

export function health(signal) {
  return call('/v1/health', { signal, quiet: true, bound: false });
}

/** What the server says of being ready, in its words. */
export async function readiness() {
  const reply = await fetched('/readyz', { bound: false });
  return { ok: reply.ok, text: reply.ok ? (await reply.text()).trim() : (await problemOf(reply)).message };
}

const json = (method, body) => ({ method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), bound: false });

export const create = (name, settings) => call(of(name), json('PUT', settings));
export const change = (name, settings) => call(of(name), json('PATCH', settings));
export const drop = (name) => call(of(name), { method: 'DELETE', bound: false });

/**
 * A piece of lines, each an item: {@code {"put", "failed", "wrong": [{"line", "id", "error"}]}}. The answer comes as lines too: one for
 * each that failed, and one with the totals.
 */
export async function bulk(name, lines, signal) {
  const reply = await fetched(`${of(name)}/items:bulk?report=failures&until=searchable`, {
    method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: lines, signal, bound: false,
  });
  if (!reply.ok) throw await problemOf(reply);
  const said = (await reply.text()).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const totals = said.at(-1) ?? {};
  if (totals.status === 'ended') throw new Problem(totals.error?.detail ?? 'The load broke off', { title: 'Ended', ...totals.error });
  return { ...totals, wrong: said.filter(({ status }) => status === 'failed') };
}

/** Bundles that a collection can be made with, by id. */
export async function bundles() {
  return (await call('/v1/bundles', { bound: false })).bundles;
}

function post(verb, body, signal) {
  return call(`${base()}/${verb}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

async function wire(thing) {
  if (thing.id !== undefined) return { id: thing.id };
  if (thing.text !== undefined) return { text: thing.text };
  return { image: await base64(thing.file) };
}

export async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
