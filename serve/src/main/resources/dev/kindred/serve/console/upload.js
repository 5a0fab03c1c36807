// Putting items into a collection: pictures, or lines of NDJSON, in pieces, each piece's answer told before the next is sent.
import { base64, bulk, Problem } from './api.js';
import { bytes, el, filesField, icon, number, problemBox } from './parts.js';

/** One piece: the server answers each within its time. */
const MOST_LINES = 200;
const MOST_BYTES = 4 * 2 ** 20;
const LISTED = 200;

/** What a collection is given: which files, in whose words, and what a line of NDJSON looks like. */
const GIVEN = {
  pictures: ['image/*,.pgm,.ppm,.pnm,.ndjson,.jsonl', 'pictures, or NDJSON', '{"id": "a", "image": "base64…", "payload": {"kind": "photo"}}'],
  texts: ['.ndjson,.jsonl,.txt', 'NDJSON, or plain text with an item a line', '{"id": "a", "text": "…", "payload": {"kind": "note"}}'],
  vectors: ['.ndjson,.jsonl', 'NDJSON', '{"id": "a", "vector": [0.1, …], "payload": {"kind": "part"}}'],
};

/** A dialog that takes files for a collection; @param done called when it closes and something was written */
export function uploadDialog(info, done) {
  let flight = null;
  let written = 0;
  const [accept, kinds, example] = GIVEN[info.takes] ?? GIVEN.pictures;
  const body = el('div', { class: 'upload-body' });
  const dialog = el('dialog', { class: 'wide', 'aria-labelledby': 'upload-title' },
    el('header', {}, el('h2', { id: 'upload-title' }, 'Add items to ', info.collection),
      el('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close'))),
    body);
  dialog.addEventListener('close', () => {
    flight?.abort();
    dialog.remove();
    if (written) done();
  });

  function ask() {
    const zone = filesField('zone large', send, { multiple: true, accept },
      icon('upload'), el('span', {}, el('strong', {}, 'Drop or choose files'),
        el('small', {}, kinds)));
    zone.addEventListener('dragover', (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
    zone.addEventListener('dragleave', () => zone.classList.remove('over'));
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      event.stopPropagation();
      send([...event.dataTransfer.files]);
    });
    body.replaceChildren(zone, el('p', { class: 'note' }, 'A line of NDJSON is one item: ',
      el('code', {}, example),
      '. An id that is there already is replaced.'));
  }

  async function send(files) {
    const total = files.reduce((sum, { size }) => sum + size, 0) || 1;
    flight = new AbortController();
    let failed = 0;
    let read = 0;
    written = 0;
    const fill = el('span', { class: 'progress-fill' });
    const bar = el('span', { class: 'progress', role: 'progressbar', 'aria-label': 'Sent', 'aria-valuemin': '0', 'aria-valuemax': '100' }, fill);
    const says = el('p', { class: 'upload-says', role: 'status' });
    const list = el('ul', { class: 'upload-errors', 'aria-label': 'Lines that were refused' });
    const act = el('button', { type: 'button', class: 'button', onclick: () => flight.abort() }, 'Stop');
    body.replaceChildren(bar, says, list, el('div', { class: 'dialog-acts' }, act));
    const draw = (words = '') => {
      const part = Math.min(1, read / total);
      fill.style.setProperty('--part', part.toFixed(4));
      bar.setAttribute('aria-valuenow', String(Math.round(100 * part)));
      says.textContent = `${words}${number(written)} written${failed ? `, ${number(failed)} refused` : ''} · ${bytes(Math.min(read, total))} of ${bytes(total)}`;
    };
    draw();
    try {
      for await (const piece of pieces(files, info.takes)) {
        flight.signal.throwIfAborted();
        const answer = await bulk(info.collection, piece.lines.join('\n') + '\n', flight.signal);
        written += answer.put;
        failed += answer.wrong.length;
        for (const { line, error } of answer.wrong) {
          if (failed > LISTED && list.childElementCount >= LISTED) break;
          list.append(el('li', {}, el('b', {}, piece.names[line - 1]), ` ${error.detail}`,
            error.hint ? el('span', { class: 'faint' }, `: ${error.hint}`) : null));
        }
        read += piece.read;
        draw();
      }
      read = total;
      draw('Done: ');
      if (failed > LISTED) list.append(el('li', { class: 'faint' }, `and ${number(failed - LISTED)} more`));
    } catch (problem) {
      if (problem.name === 'AbortError') draw('Stopped: ');
      else list.before(problemBox(problem, () => send(files)));
    }
    act.replaceWith(
      el('button', { type: 'button', class: 'button', onclick: ask }, 'Add more'),
      el('button', { type: 'button', class: 'button primary', onclick: () => dialog.close() }, 'Close'));
  }

  document.body.append(dialog);
  ask();
  dialog.showModal();
}

/** Lines of all files in pieces that are sent at once: {lines, names, read}, names telling where each line came from. */
async function* pieces(files, takes) {
  let piece = { lines: [], names: [], read: 0, size: 0 };
  for (const file of files) {
    for await (const { line, name, read } of linesOf(file, takes)) {
      if (line !== null) {
        piece.lines.push(line);
        piece.names.push(name);
        piece.size += line.length;
      }
      piece.read += read;
      if (piece.lines.length >= MOST_LINES || piece.size >= MOST_BYTES) {
        yield piece;
        piece = { lines: [], names: [], read: 0, size: 0 };
      }
    }
  }
  if (piece.lines.length) yield piece;
}

async function* linesOf(file, takes) {
  const structured = takes === 'vectors' || /\.(ndjson|jsonl)$/i.test(file.name);
  if (!structured && takes !== 'texts') {
    const id = file.webkitRelativePath || file.name;
    yield { line: JSON.stringify({ id, image: await base64(file), payload: { name: nameOf(id) } }), name: id, read: file.size };
    return;
  }
  let at = 0;
  for await (const text of textLines(file)) {
    at++;
    const line = text.trim();
    const name = `${file.name}, line ${at}`;
    const read = new Blob([text]).size + 1;
    if (!line) yield { line: null, name, read };
    else if (structured) yield { line, name, read };
    else yield { line: JSON.stringify({ id: `${file.name}:${at}`, text: line }), name, read };
  }
}

/** A file's lines without holding all of it. */
async function* textLines(file) {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    if (rest.length > 2 * MOST_BYTES) throw new Problem('A line is longer than 8 MiB', { title: 'Too long', hint: 'an item is one line' });
    yield* lines;
  }
  if (rest) yield rest;
}

const nameOf = (id) => id.split('/').pop().replace(/\.[a-z0-9]{2,4}$/i, '').replaceAll(/[-_]+/g, ' ');
