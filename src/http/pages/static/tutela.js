// Makes pages easier; none needs it. Passkeys, a word before a session ends, no second click on the same form.
'use strict';

/** One call of the API, as JSON. */
async function call(method, path, body) {
  const headers = body ? { 'content-type': 'application/json' } : {};
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const json = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(json && json.type);
  return json;
}

/** An element with a text. */
const make = (tag, text, className = '') => Object.assign(document.createElement(tag), { textContent: text, className });

const create = async (options) =>
  (await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) })).toJSON();
const get = async (options) =>
  (await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) })).toJSON();

const ways = {
  async 'sign-in'() {
    const { ticket, options } = await call('POST', '/api/v1/session', { step: 'passkey_options' });
    await call('POST', '/api/v1/session', { step: 'passkey', ticket, credential: await get(options) });
  },
  async invitation(button) {
    const token = button.form.elements.token.value.trim();
    const { ticket, options } = await call('POST', '/api/v1/session', { step: 'invitation_passkey', token });
    const credential = await create(options);
    await call('POST', '/api/v1/session', { step: 'enrol_passkey', ticket, label: navigator.platform || 'browser', credential });
  },
  async 'step-up'() {
    const { ticket, options } = await call('POST', '/api/v1/session', { step: 'passkey_options' });
    await call('POST', '/api/v1/session/step-up', { factor: 'passkey', ticket, credential: await get(options) });
  },
  async add(button) {
    const { ticket, options } = await call('POST', '/api/v1/credentials/passkeys/options');
    await call('POST', '/api/v1/credentials/passkeys', { ticket, label: button.dataset.label, credential: await create(options) });
  },
};

if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  for (const button of document.querySelectorAll('[data-passkey]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await ways[button.dataset.passkey](button);
        location.assign(button.dataset.to || '/');
      } catch (error) {
        if (error.message === '/problems/step-up-required') {
          location.assign('/step-up?to=' + encodeURIComponent(location.pathname));
          return;
        }
        let said = button.parentElement.querySelector('.passkey-said');
        if (!said) {
          said = make('p', '', 'error passkey-said');
          said.setAttribute('role', 'alert');
          button.after(said);
        }
        said.textContent = button.dataset.failed;
        button.disabled = false;
      }
    });
  }
}

// A draft is saved while it is typed. What cannot be saved is said, kept in the page, and tried again.
const draft = document.querySelector('form[data-autosave]');
if (draft) {
  const line = draft.querySelector('.autosaved');
  const { dataset, elements } = draft;
  let due, busy, dirty, failed, stuck, leaving;
  const say = (text, wrong) => {
    failed = wrong;
    line.textContent = text;
    line.classList.toggle('error', !!wrong);
  };
  const later = (wait) => {
    clearTimeout(due);
    due = setTimeout(save, wait);
  };
  const fails = (text, again) => {
    dirty = true;
    stuck = !again;
    say(text, true);
    if (again) later(again);
  };
  const send = async (last) => {
    const body = new URLSearchParams(new FormData(draft));
    body.set('step', 'auto');
    if (!failed) say(dataset.saving);
    try {
      const answer = await fetch(draft.action, { method: 'POST', body, headers: { accept: 'application/json' }, keepalive: last === true });
      if (answer.ok) {
        const told = await answer.json();
        elements.v.value = told.v;
        for (const place of draft.querySelectorAll('[data-place]')) {
          place.hidden = !told.shown.includes(place.dataset.place);
          const was = place.querySelector(':scope > [name=hidden]');
          if (was) was.disabled = !place.hidden;
        }
        say(told.said);
      } else if (answer.status === 401) fails(dataset.signedOut, 15000);
      else if (answer.status === 412) fails(dataset.elsewhere);
      else if (answer.status < 429) fails(dataset.refused);
      else fails(dataset.noLine, 10000);
    } catch {
      fails(dataset.noLine, 10000);
    }
  };
  const save = async (last) => {
    clearTimeout(due);
    if (busy || !dirty || stuck || leaving) return;
    dirty = false;
    busy = send(last);
    await busy;
    busy = null;
    if (dirty && !failed) later(1500);
  };
  for (const event of ['input', 'change'])
    draft.addEventListener(event, ({ target }) => {
      dirty = true;
      if (!failed) later(target.type === 'radio' || target.type === 'checkbox' ? 150 : 1500);
    });
  document.addEventListener('visibilitychange', () => document.hidden && save(true));
  window.addEventListener('beforeunload', (event) => failed && !leaving && event.preventDefault());
  draft.addEventListener('submit', async (event) => {
    if (busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
      await busy;
      draft.requestSubmit(event.submitter);
    } else {
      leaving = true;
      clearTimeout(due);
    }
  });
  window.addEventListener('pageshow', () => (leaving = false));
}

// A form that is on its way is not sent twice; coming back to the page, it may be.
for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
  });
}
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

// What was read over and sent is not sent again by going back: that leads to the form.
if (document.querySelector('[data-read-over]')) history.replaceState(null, '', location.href);

// What is wrong is read first.
const summary = document.querySelector('.summary');
if (summary) summary.focus();

// What is typed is kept in this tab until it is sent, sealed with a key that only this person's pages carry: once they are
// signed out nobody reads it here; after signing in again it is back.
const { keep, keepText, keepDrop, idle, idleText, idleStay } = document.body.dataset;
const here = location.pathname + location.search;
const saves = [];
for (const out of document.querySelectorAll('form[action="/sign-out"]')) out.addEventListener('submit', () => sessionStorage.clear());
const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
if (keep && crypto.subtle) {
  const key = crypto.subtle.importKey('raw', bytes(atob(keep)), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const way = (iv, place) => ({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(place) });
  // What was sent and led elsewhere is done.
  const sent = JSON.parse(sessionStorage.getItem('sent') || 'null');
  if (sent && sent.from !== here) {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(sent.place)) sessionStorage.removeItem(name);
    sessionStorage.removeItem('sent');
  }
  const sends = (form, place) => form.addEventListener('submit', () => sessionStorage.setItem('sent', JSON.stringify({ place, from: here })));
  for (const form of document.querySelectorAll('[data-read-over] form')) sends(form, `${location.pathname}#`);
  for (const form of document.querySelectorAll('form[data-keep]')) {
    const place = `${location.pathname}#${form.dataset.keep}`;
    const fields = () => [...form.elements].filter((one) => one.name && !/hidden|password|submit|button/.test(one.type));
    const state = () => JSON.stringify(fields().map((one) => [one.name, one.value, Boolean(one.checked)]));
    const fresh = state();
    const save = async () => {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const body = await crypto.subtle.encrypt(way(iv, place), await key, new TextEncoder().encode(state()));
      sessionStorage.setItem(place, btoa(Array.from([...iv, ...new Uint8Array(body)], (b) => String.fromCharCode(b)).join('')));
    };
    const restore = async (kept) => {
      const all = bytes(atob(kept));
      const text = new TextDecoder().decode(await crypto.subtle.decrypt(way(all.slice(0, 12), place), await key, all.slice(12)));
      if (text === fresh) return;
      for (const [name, value, checked] of JSON.parse(text))
        for (const one of fields()) {
          if (one.name !== name) continue;
          if (!/radio|checkbox/.test(one.type)) one.value = value;
          else if (one.value === value) one.checked = checked;
        }
      const said = make('p', `${keepText} `, 'said');
      said.setAttribute('role', 'status');
      const drop = make('button', keepDrop, 'small second');
      drop.type = 'button';
      drop.addEventListener('click', () => {
        form.reset();
        sessionStorage.removeItem(place);
        said.remove();
      });
      said.append(drop);
      form.prepend(said);
    };
    const kept = sessionStorage.getItem(place);
    // What another person left behind does not open, and goes.
    if (kept) restore(kept).catch(() => sessionStorage.removeItem(place));
    saves.push(async () => state() !== fresh && save());
    let timer;
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(save, 250);
    });
    sends(form, place);
  }
}

// Two minutes before the session ends by itself, it says so; when it has, the page goes, and what was typed is kept.
if (idle) {
  const tabs = new BroadcastChannel('tutela');
  let end, box;
  const goesOn = (seconds) => {
    end = Date.now() + seconds * 1000;
    if (box) box.remove();
    box = null;
  };
  tabs.addEventListener('message', ({ data }) => goesOn(data));
  const warn = () => {
    box = make('dialog', '', 'idle');
    const stay = make('button', idleStay);
    stay.addEventListener('click', async () => {
      try {
        const me = await call('GET', '/api/v1/session');
        const left = (new Date(me.session.idle_at) - Date.now()) / 1000;
        goesOn(left);
        tabs.postMessage(left);
      } catch {
        end = 0;
      }
    });
    box.append(make('p', idleText), stay);
    document.body.append(box);
    box.showModal();
  };
  goesOn(Number(idle));
  tabs.postMessage(Number(idle));
  setInterval(async () => {
    const left = end - Date.now();
    if (left > 120000) return;
    if (left > -1000) return void (box || warn());
    end = Infinity;
    await Promise.allSettled(saves.map((save) => save()));
    location.assign(here);
  }, 1000);
}
