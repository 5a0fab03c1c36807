// Who has keys asks for one; it stays in this tab.
import { hasKey, onKeyWanted, signOut } from './api.js';
import { el } from './parts.js';

const out = document.getElementById('sign-out');

/** Asks for a key whenever the server wants one, and shows how to leave again. */
export function signInWhenAsked() {
  out.addEventListener('click', () => {
    signOut();
    location.reload();
  });
  out.hidden = !hasKey();
  onKeyWanted(ask);
}

function ask(problem) {
  const tried = hasKey();
  return new Promise((give) => {
    const field = el('input', {
      type: 'password', class: 'field', id: 'key-field', autocomplete: 'current-password', required: true, spellcheck: 'false', 'aria-describedby': 'key-says',
    });
    const form = el('form', {
      class: 'sign-in',
      onsubmit: (event) => {
        event.preventDefault();
        const key = field.value.trim();
        if (!key) return;
        dialog.close();
        dialog.remove();
        out.hidden = false;
        give(key);
      },
    },
    el('h2', { id: 'key-title' }, 'Sign in'),
    el('p', { id: 'key-says', class: tried ? 'wrong' : 'faint', role: tried ? 'alert' : null },
      tried ? `${problem.message}. Try another key.` : 'This server answers those who show a key. It stays in this tab until you close it or sign out.'),
    el('label', { for: 'key-field' }, 'API key'),
    field,
    el('button', { type: 'submit', class: 'button primary' }, 'Sign in'));
    const dialog = el('dialog', { class: 'sign-in-box', 'aria-labelledby': 'key-title' }, form);
    // Without a key there is nothing behind it to go back to.
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
}
