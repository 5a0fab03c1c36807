// What a text, or an item that is but a vector, is shown as: a headline, and a passage below it where there is more to say.

const LONGEST = 400;

/** Whether a collection's items are shown by their words: they have no pictures. */
export const isListed = ({ takes }) => takes === 'texts' || takes === 'vectors';

/** What its items are called, one and several. */
export const nounsOf = ({ takes }) => ({ texts: ['text', 'texts'], vectors: ['item', 'items'] }[takes] ?? ['picture', 'pictures']);

/** The words that are compared: what was typed, or what the item was indexed by. */
export function textOf(thing) {
  return thing.text ?? (typeof thing.payload?.text === 'string' ? thing.payload.text : '');
}

/** Its name or title where it has one, else its text, else its id. */
export function headline(thing) {
  return cut(own(thing) || textOf(thing) || thing.id || '');
}

/** What is told below the headline: the text, or the longest of its other fields; empty where nothing is. */
export function passage(thing) {
  const head = own(thing) || textOf(thing);
  const text = textOf(thing);
  if (text && text !== head) return cut(text);
  const fields = Object.entries(thing.payload ?? {})
    .filter(([name, value]) => typeof value === 'string' && !['name', 'title', 'text', 'label'].includes(name) && value.includes(' '))
    .map(([, value]) => value);
  return cut(fields.sort((a, b) => b.length - a.length)[0] ?? '');
}

const own = ({ payload }) => [payload?.name, payload?.title].find((each) => typeof each === 'string' && each) ?? '';

const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
