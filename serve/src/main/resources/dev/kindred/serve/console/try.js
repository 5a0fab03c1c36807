// Every call of the document, to be tried: choose one, change its example, send it, see what comes back. The key stays in this page.

const SHOWN = 60_000;
const calls = document.getElementById('calls');
const panel = document.getElementById('call');
const key = document.getElementById('key');
let all = [];
let running = null;

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function method(name) {
  return el('span', { class: `method ${name}` }, name.toUpperCase());
}

/** An address that breaks after its slashes. */
function breaking(path) {
  return path.split(/(?<=\/)/).flatMap((part) => [part, el('wbr')]);
}

/** The document's calls, without the console's own files. */
function read(document) {
  const list = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [name, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'Other';
      if (tag !== 'Console') list.push({ id: operation.operationId, path, name, tag, operation });
    }
  }
  return list;
}

function list() {
  const tags = [...new Set(all.map((call) => call.tag))];
  tags.sort((a, b) => (b === 'Kindred') - (a === 'Kindred'));
  calls.replaceChildren(
    ...tags.flatMap((tag) => [
      el('h2', {}, tag),
      ...all
        .filter((call) => call.tag === tag)
        .map((call) => el('a', { href: `#${call.id}`, 'data-id': call.id, title: call.operation.summary }, method(call.name), el('span', { class: 'path' }, breaking(call.path)))),
    ]),
  );
}

function show() {
  running?.abort();
  const call = all.find((each) => each.id === location.hash.slice(1)) ?? all.find((each) => each.path === '/v1/embed') ?? all[0];
  for (const link of calls.querySelectorAll('a')) {
    if (link.dataset.id === call.id) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  document.title = `${call.path} · Kindred`;
  panel.replaceChildren(...form(call));
}

function form({ path, name, operation }) {
  const inputs = (operation.parameters ?? []).map((parameter) => ({
    parameter,
    node: el('input', { value: parameter.example ?? '', placeholder: parameter.in === 'query' ? 'left out' : '', name: parameter.name, autocomplete: 'off', spellcheck: 'false' }),
  }));
  const json = operation.requestBody?.content?.['application/json'];
  const examples = Object.entries(json?.examples ?? {});
  const body = json && el('textarea', { class: 'try-body', 'aria-label': 'Request', spellcheck: 'false' });
  const wrong = el('span', { class: 'try-wrong', role: 'alert' });
  const reply = el('div', {});
  const use = (value) => { body.value = JSON.stringify(value, null, 2); check(); };
  const check = () => {
    let problem = '';
    try { JSON.parse(body.value); } catch (failure) { problem = failure.message; }
    body.setAttribute('aria-invalid', String(Boolean(problem)));
    wrong.textContent = problem;
  };
  if (body) {
    use(examples[0]?.[1].value ?? {});
    body.addEventListener('input', check);
  }
  const press = () => send({ name, path: address(path, inputs), body: body?.value }, reply);
  panel.onkeydown = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); press(); }
    else if (event.key === 'Enter' && event.target.matches('.try-fields input')) press();
  };
  return [
    el('h1', {}, method(name), el('span', {}, breaking(path))),
    el('p', { class: 'try-says' }, operation.summary),
    operation['x-kindred-role'] && el('span', { class: 'try-role' }, `role ${operation['x-kindred-role']}`),
    inputs.length > 0 && el('div', { class: 'try-fields' }, inputs.map(({ parameter, node }) => el('label', {}, parameter.name, node))),
    body,
    el('div', { class: 'try-tools' },
      el('button', { class: 'button primary', type: 'button', onclick: press, title: 'Ctrl Enter' }, 'Send'),
      examples.length > 1 && el('span', { class: 'segments', role: 'group', 'aria-label': 'Examples' },
        examples.map(([label, { value }], at) => el('button', {
          type: 'button',
          'aria-pressed': String(at === 0),
          onclick: (event) => {
            for (const other of event.target.parentNode.children) other.setAttribute('aria-pressed', String(other === event.target));
            use(value);
          },
        }, label))),
      wrong),
    reply,
  ].filter(Boolean);
}

function address(path, inputs) {
  let made = path;
  const query = new URLSearchParams();
  for (const { parameter, node } of inputs) {
    if (parameter.in === 'path') made = made.replace(`{${parameter.name}}`, encodeURIComponent(node.value));
    else if (node.value) query.set(parameter.name, node.value);
  }
  return query.size ? `${made}?${query}` : made;
}

async function send({ name, path, body }, target) {
  running?.abort();
  running = new AbortController();
  const headers = new Headers();
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  if (key.value) headers.set('Authorization', `Bearer ${key.value}`);
  target.setAttribute('aria-busy', 'true');
  const start = performance.now();
  try {
    const reply = await fetch(path, { method: name.toUpperCase(), headers, body, signal: running.signal });
    const bytes = await reply.blob();
    const milliseconds = performance.now() - start;
    target.replaceChildren(await answer(path, reply, bytes, milliseconds));
  } catch (failure) {
    if (failure.name === 'AbortError') return;
    target.replaceChildren(el('div', { class: 'try-reply' }, el('div', { class: 'try-head failed' }, el('strong', {}, 'No answer'), failure.message)));
  } finally {
    target.removeAttribute('aria-busy');
  }
}

async function answer(path, reply, bytes, milliseconds) {
  const type = reply.headers.get('Content-Type') ?? '';
  return el('div', { class: 'try-reply' },
    el('div', { class: `try-head${reply.ok ? '' : ' failed'}` },
      el('strong', {}, `${reply.status} ${reply.statusText}`.trim()),
      el('span', {}, `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`),
      el('span', {}, `${bytes.size.toLocaleString('en')} bytes`),
      el('span', { class: 'mono' }, path)),
    el('details', {},
      el('summary', {}, 'Headers'),
      el('dl', { class: 'try-headers' }, [...reply.headers].flatMap(([header, value]) => [el('dt', {}, header), el('dd', {}, value)]))),
    type.startsWith('image/') ? picture(bytes) : await text(type, bytes));
}

function picture(bytes) {
  const image = el('img', { class: 'try-picture', alt: 'The reply', src: URL.createObjectURL(bytes) });
  image.addEventListener('load', () => URL.revokeObjectURL(image.src));
  return image;
}

async function text(type, bytes) {
  let shown = await bytes.text();
  if (type.includes('json')) {
    try { shown = spaced(JSON.parse(shown)); } catch { /* shown as it came */ }
  }
  const node = el('pre', { class: 'try-text', tabindex: '0' }, shown.slice(0, SHOWN));
  if (shown.length <= SHOWN) return node;
  return el('div', {}, node, el('p', { class: 'try-note' }, `The first ${SHOWN.toLocaleString('en')} of ${shown.length.toLocaleString('en')} characters.`));
}

/** JSON on lines, but rows of numbers on one each. */
function spaced(value) {
  const rows = [];
  const marked = JSON.stringify(value, (name, each) => {
    if (!Array.isArray(each) || each.length < 4 || each.some((one) => typeof one !== 'number')) return each;
    rows.push(`[${each.join(', ')}]`);
    return `\u0000${rows.length - 1}\u0000`;
  }, 2);
  return marked.replace(/"\\u0000(\d+)\\u0000"/g, (whole, at) => rows[Number(at)]);
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('kindred.theme', root.dataset.theme);
}

document.getElementById('theme').addEventListener('click', theme);
addEventListener('keydown', (event) => {
  if (event.key === 't' && !event.ctrlKey && !event.metaKey && !event.target.matches('input, textarea')) theme();
});
addEventListener('hashchange', show);

try {
  all = read(await (await fetch('/openapi.json')).json());
  list();
  show();
} catch (failure) {
  panel.replaceChildren(el('p', { class: 'try-says' }, `The document of this server's calls cannot be read: ${failure.message}`));
}
