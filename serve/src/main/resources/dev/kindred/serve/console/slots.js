// The two places of a comparison: a picture that is chosen, a text that is typed or chosen, or an item that is picked.
import { el, fileField, icon, nameOf, picture } from './parts.js';
import { headline, textOf } from './words.js';

const ordinal = (side) => (side === 'a' ? 'First' : 'Second');

/** @param acts choose(side), take(file, side), clear(side) */
export function pictureSlot(side, groupField, acts) {
  const node = el('div', { class: 'slot' });
  return {
    node,
    draw(thing, active) {
      node.classList.toggle('active', active);
      node.classList.toggle('filled', thing !== null);
      const kind = thing && groupField && thing.payload?.[groupField];
      node.replaceChildren(
        el('button', {
          type: 'button', class: 'slot-main', 'aria-pressed': String(active),
          'aria-label': thing ? `${ordinal(side)}: ${nameOf(thing)}` : `${ordinal(side)} picture: empty`,
          onclick: () => acts.choose(side),
        },
        thing ? picture(thing, 'picture slot-picture') : el('span', { class: 'slot-empty' }, icon('upload'), el('span', {}, ordinal(side)))),
        el('div', { class: 'slot-words' },
          thing
            ? [el('strong', {}, nameOf(thing)), el('span', { class: 'faint' }, thing.file ? 'your picture' : kind ?? '')]
            : el('span', { class: 'faint' }, 'pick below, drop or paste'),
          el('div', { class: 'slot-tools' },
            fileField('button quiet small', (file) => acts.take(file, side), icon('upload'), thing ? 'Replace' : 'Choose'),
            thing
              ? el('button', {
                type: 'button', class: 'button quiet small', 'aria-label': `Remove ${nameOf(thing)}`, onclick: () => acts.clear(side),
              }, icon('close'))
              : null)));
    },
  };
}

/** @param acts choose(side), clear(side) */
export function itemSlot(side, groupField, acts) {
  const node = el('div', { class: 'slot text' });
  return {
    node,
    draw(thing, active) {
      node.classList.toggle('active', active);
      node.classList.toggle('filled', thing !== null);
      const kind = thing && groupField && thing.payload?.[groupField];
      node.replaceChildren(
        el('button', {
          type: 'button', class: 'slot-say', 'aria-pressed': String(active),
          'aria-label': thing ? `${ordinal(side)}: ${headline(thing)}` : `${ordinal(side)} item: empty`,
          onclick: () => acts.choose(side),
        }, thing ? headline(thing) : ordinal(side)),
        el('div', { class: 'slot-words' },
          el('span', { class: 'faint' }, thing ? kind ?? '' : 'pick below'),
          el('div', { class: 'slot-tools' }, thing
            ? el('button', {
              type: 'button', class: 'button quiet small', 'aria-label': `Remove ${headline(thing)}`, onclick: () => acts.clear(side),
            }, icon('close'))
            : null)));
    },
  };
}

/** @param acts choose(side), say(text, side) */
export function textSlot(side, groupField, acts) {
  let pending = 0;
  const told = () => {
    clearTimeout(pending);
    pending = 0;
    acts.say(field.value.trim(), side);
  };
  const field = el('textarea', {
    class: 'slot-say',
    rows: '5',
    placeholder: side === 'a' ? 'A text' : 'Another',
    'aria-label': `${ordinal(side)} text`,
    maxlength: '10000',
    onfocus: () => acts.choose(side),
    onblur: () => {
      if (pending) told();
    },
    oninput: () => {
      clearTimeout(pending);
      pending = setTimeout(told, 250);
    },
  });
  const caption = el('span', { class: 'faint' });
  const node = el('div', { class: 'slot text' }, field, el('div', { class: 'slot-words' }, caption));
  return {
    node,
    draw(thing, active) {
      node.classList.toggle('active', active);
      node.classList.toggle('filled', thing !== null);
      const text = thing ? textOf(thing) || headline(thing) : '';
      // Nobody is interrupted while typing.
      if (!pending && field.value.trim() !== text && (document.activeElement !== field || thing?.id !== undefined)) field.value = text;
      const kind = thing && groupField && thing.payload?.[groupField];
      caption.textContent = !thing ? 'type, or pick below'
        : thing.id === undefined ? 'your words'
          : [headline(thing) === text ? '' : headline(thing), kind].filter(Boolean).join(' · ') || 'of the collection';
    },
  };
}
