// Collections: what is there, making, settling and dropping them; only what the server offers is shown.
import { bundles as bundlesOf, change, create, drop, offers } from './api.js';
import { el, icon, number, problemBox, toast } from './parts.js';
import { uploadDialog } from './upload.js';

const ONE = '/v1/collections/{}';

const SETTINGS = [
  ['keepSources', 'Keep sources', 'Pictures and texts stay with their items: they can be shown, and explained.'],
  ['readOnly', 'Read only', 'Writes are refused.'],
  ['sensitive', 'Sensitive', 'Who searches and compares is written into the audit log too.'],
];

/** @param all which collections there are */
export function collectionsView(go, all) {
  const node = el('div', { class: 'page collections' });
  const may = {};

  async function open() {
    [may.create, may.change, may.drop, may.bulk] = await Promise.all([
      offers('PUT', ONE), offers('PATCH', ONE), offers('DELETE', ONE), offers('POST', `${ONE}/items:bulk`)]);
    draw();
  }

  function draw() {
    const list = all();
    node.replaceChildren(
      el('header', { class: 'page-head' },
        el('div', {}, el('h1', {}, 'Collections'), el('p', { class: 'faint' }, list.length
          ? `${number(list.length)} here, ${number(list.reduce((sum, each) => sum + each.items, 0))} items in all`
          : 'None here yet')),
        may.create ? el('button', { type: 'button', class: 'button primary', onclick: make }, icon('plus'), 'New collection') : null),
      list.length ? el('div', { class: 'cards-wide' }, list.map(card)) : hollow());
  }

  function hollow() {
    return el('div', { class: 'hollow' }, el('h2', {}, 'Begin with one'),
      el('p', {}, may.create ? 'A collection is a bundle, which says what alike means, and the items that can be found.'
        : 'Make one with kindred index build, and serve it.'));
  }

  function card(info) {
    const open = (view) => `#/${view}?${new URLSearchParams(info === all()[0] ? {} : { in: info.collection })}`.replace(/\?$/, '');
    const groups = Object.keys(info.groups).filter((field) => !['name', 'title', 'text'].includes(field)).slice(0, 4);
    return el('article', { class: 'fact-card collection-card', 'data-collection': info.collection },
      el('header', {},
        el('h2', {}, el('a', { href: open('search') }, info.collection)),
        info.degraded?.length ? el('span', { class: 'badge warn' }, [].concat(info.degraded).join(', ')) : null,
        info.settings?.readOnly ? el('span', { class: 'badge' }, 'read only') : null,
        info.settings?.sensitive ? el('span', { class: 'badge' }, 'sensitive') : null,
        el('span', { class: 'spread' }),
        may.change ? el('button', { type: 'button', class: 'plain', title: 'Settings', 'aria-label': `Settings of ${info.collection}`, onclick: () => settle(info) }, icon('settings')) : null,
        may.drop ? el('button', { type: 'button', class: 'plain danger', title: 'Drop', 'aria-label': `Drop ${info.collection}`, onclick: () => sink(info) }, icon('trash')) : null),
      el('p', { class: 'big-number' }, el('b', {}, number(info.items)), ` ${info.takes}`),
      el('dl', { class: 'facts' }, [
        ['engine', info.engine], ['vectors', `${info.distance}, ${number(info.dimension)} dimensions`],
        ['space', info.space.startsWith('external:') ? info.space : info.space.slice(0, 12)], ...(groups.length ? [['attributes', groups.join(', ')]] : []),
        ['threshold', thresholdOf(info)],
      ].flatMap(([name, value]) => [el('dt', {}, name), el('dd', { class: name === 'space' ? 'mono' : '' }, value)])),
      el('div', { class: 'card-acts' },
        el('a', { class: 'button small', href: open('search') }, icon('find'), 'Search'),
        el('a', { class: 'button small', href: open('map') }, icon('map'), 'Map'),
        may.bulk && info.writable !== false
          ? el('button', { type: 'button', class: 'button small', onclick: () => uploadDialog(info, () => go.anew(info.collection)) }, icon('upload'), 'Add items') : null));
  }

  const thresholdOf = ({ decision }) => {
    const usual = decision?.thresholds.find(({ targetFmr }) => targetFmr === decision.usualFmr);
    return usual ? `${usual.threshold.toFixed(3)} for ${Number((usual.targetFmr * 100).toPrecision(2))}% false matches` : 'none measured';
  };

  /** A dialog with a form; @param act promises what the form does, and what it rejects with is shown in the form */
  function formDialog(title, fields, label, act, danger = false) {
    const says = el('div', { class: 'form-says' });
    const submit = el('button', { type: 'submit', class: danger ? 'button danger' : 'button primary' }, label);
    const form = el('form', {
      onsubmit: async (event) => {
        event.preventDefault();
        submit.disabled = true;
        try {
          await act(new FormData(form));
          dialog.close();
        } catch (problem) {
          says.replaceChildren(problemBox(problem));
        } finally {
          submit.disabled = false;
        }
      },
    },
    el('h2', { id: 'form-title' }, title), fields, says,
    el('div', { class: 'dialog-acts' }, el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'), submit));
    const dialog = el('dialog', { class: 'form-box', 'aria-labelledby': 'form-title' }, form);
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    return { form, submit };
  }

  const field = (name, label, attributes, hint) => el('label', { class: 'form-field' }, el('span', {}, label),
    el('input', { class: 'field', name, autocomplete: 'off', spellcheck: 'false', ...attributes }), hint ? el('small', { class: 'faint' }, hint) : null);

  const checks = (settings) => SETTINGS.map(([name, label, hint]) => el('label', { class: 'check-field' },
    el('input', { type: 'checkbox', name, checked: settings[name] ?? name === 'keepSources' }),
    el('span', {}, el('strong', {}, label), el('small', { class: 'faint' }, hint))));

  const said = (data, settings) => Object.fromEntries(SETTINGS.map(([name]) => [name, data.has(name)]).filter(([name, value]) => value !== settings[name]));

  async function make() {
    // Those that collections have say what they take; of the others there is only the id.
    const known = new Map(all().filter(({ bundle }) => bundle).map((each) => [each.bundle, `as ${each.collection} (${each.takes}, ${each.bundle.slice(0, 8)})`]));
    try {
      for (const id of await bundlesOf()) if (!known.has(id)) known.set(id, id.slice(0, 16));
    } catch (problem) {
      toast(problem.message);
    }
    formDialog('New collection', [
      field('name', 'Name', { required: true, maxlength: '64', pattern: '[a-z0-9][a-z0-9_.\\-]*', title: 'small letters, digits, and - _ . after the first' }),
      known.size
        ? el('label', { class: 'form-field' }, el('span', {}, 'What alike means'), el('select', { class: 'select', name: 'bundle' },
          [...known].map(([id, words]) => el('option', { value: id }, words))),
        el('small', { class: 'faint' }, 'the bundle that embeds its items'))
        : field('bundle', 'Bundle', { required: true }, 'the id of a bundle in the server’s home'),
      checks({}),
    ], 'Create', async (data) => {
      const name = data.get('name');
      await create(name, { bundle: data.get('bundle'), ...said(data, {}) });
      toast(`${name} is there`);
      await go.anew(name);
    });
  }

  function settle(info) {
    formDialog(`Settings of ${info.collection}`, checks(info.settings ?? {}), 'Save', async (data) => {
      await change(info.collection, said(data, info.settings ?? {}));
      toast('Saved');
      await go.anew(info.collection);
    });
  }

  function sink(info) {
    const { form, submit } = formDialog(`Drop ${info.collection}?`, [
      el('p', {}, `Its ${number(info.items)} items, their vectors and sources are deleted. This cannot be undone.`),
      field('name', 'Type its name to go on', { required: true }),
    ], 'Drop it', async () => {
      await drop(info.collection);
      toast(`${info.collection} is gone`);
      await go.anew(undefined);
    }, true);
    submit.disabled = true;
    form.addEventListener('input', () => {
      submit.disabled = form.elements.name.value !== info.collection;
    });
  }

  return {
    node,
    show() {
      if (!node.firstChild) node.replaceChildren(el('div', { class: 'opening' }, el('span', { class: 'spinner' })));
      open().catch((problem) => node.replaceChildren(problemBox(problem, open)));
    },
    focus: () => node.querySelector('a')?.focus(),
  };
}
