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

async function call(path, options = {}) {
  const headers = new Headers(options.headers);
  // A page left open over a change of the collection is told so, never answered from another space.
  if (space) headers.set('Kindred-Space', space);
  const start = performance.now();
  let reply;
  try {
    reply = await fetch(path, { ...options, headers });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Problem('The server does not answer', { title: 'No connection', hint: 'is it still running? Try again in a moment' });
  }
  const request = reply.headers.get('Kindred-Request') ?? '';
  const milliseconds = performance.now() - start;
  last.dispatchEvent(new CustomEvent('answer', { detail: { request, milliseconds } }));
  const type = reply.headers.get('Content-Type') ?? '';
  const json = type.includes('json') ? await reply.json() : null;
  if (!reply.ok) {
    throw new Problem(json?.detail ?? `The server answered ${reply.status}`, { ...json, request, status: reply.status });
  }
  return { ...json, milliseconds };
}

const base = () => `/v1/collections/${encodeURIComponent(collection)}`;

export async function describe() {
  space = '';
  const [info] = (await call('/v1/collections')).collections;
  collection = info.collection;
  space = info.space;
  return info;
}

export function items(parameters, signal) {
  return call(`${base()}/items?${new URLSearchParams(parameters)}`, { signal });
}

export function item(id) {
  return call(`${base()}/items/${encodeURIComponent(id)}`);
}

export function pictureOf(id) {
  return `${base()}/items/${encodeURIComponent(id)}/picture?v=${space.slice(0, 12)}`;
}

/** Neighbours of an item ({id}), of a text ({text}) or of a picture's bytes ({file}). */
export async function search(thing, { k, filter, after }, signal) {
  if (!thing.file) {
    return post('search', { ...(await wire(thing)), k, ...(filter && { filter }), ...(after && { after }) }, signal);
  }
  const query = new URLSearchParams({ k });
  if (filter) query.set('filter', JSON.stringify(filter));
  if (after) query.set('after', after);
  return call(`${base()}/search?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': thing.file.type.startsWith('image/') ? thing.file.type : 'application/octet-stream' },
    body: thing.file,
    signal,
  });
}

export async function verify(left, right, fmr, signal) {
  return post('verify', { left: await wire(left), right: await wire(right), ...(fmr && { fmr }) }, signal);
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
  const bytes = new Uint8Array(await thing.file.arrayBuffer());
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return { image: btoa(binary) };
}
