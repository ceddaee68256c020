// A person's first and second sign-in with a passkey in Chromium, with the browser's own virtual authenticator, against
// the running service. Usage: node passkeys.mjs ORIGIN CHROMEDRIVER_PORT INVITATION
import assert from 'node:assert/strict';

const [origin, port, invitation] = process.argv.slice(2);
const driver = `http://127.0.0.1:${port}`;

async function command(method, path, body) {
  const response = await fetch(driver + path, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(value).slice(0, 600)}`);
  return value;
}

const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
const { sessionId } = await command('POST', '/session', {
  capabilities: { alwaysMatch: { 'goog:chromeOptions': { args } } },
});
const browser = `/session/${sessionId}`;

/** Runs a function in the page; what it throws is thrown here. */
async function inPage(work, ...given) {
  const script = `const done = arguments[arguments.length - 1];
    const given = [...arguments].slice(0, -1);
    const call = async (method, path, body) => {
      const headers = body ? { 'content-type': 'application/json' } : {};
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      const text = await answer.text();
      return { status: answer.status, json: text ? JSON.parse(text) : null };
    };
    (${work})(call, ...given).then((value) => done({ value }), (error) => done({ error: String(error.stack) }));`;
  const { value, error } = await command('POST', `${browser}/execute/async`, { script, args: given });
  if (error) throw new Error(error);
  return value;
}

try {
  await command('POST', `${browser}/timeouts`, { script: 20000 });
  await command('POST', `${browser}/url`, { url: `${origin}/healthz` });
  await command('POST', `${browser}/webauthn/authenticator`, {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserConsenting: true,
    isUserVerified: true,
  });

  const first = await inPage(async (call, token) => {
    const begun = await call('POST', '/api/v1/session', { step: 'invitation_passkey', token });
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(begun.json.options.publicKey);
    const credential = (await navigator.credentials.create({ publicKey })).toJSON();
    const { ticket } = begun.json;
    return call('POST', '/api/v1/session', { step: 'enrol_passkey', ticket, label: '浏览器', credential });
  }, invitation);
  assert.equal(first.status, 201, JSON.stringify(first.json));

  const cookies = await command('GET', `${browser}/cookie`);
  const cookie = cookies.find(({ name }) => name === '__Host-tutela');
  assert.ok(cookie, 'the browser took the cookie');
  assert.deepEqual(
    [cookie.secure, cookie.httpOnly, cookie.sameSite, cookie.path, cookie.expiry],
    [true, true, 'Strict', '/', undefined],
  );
  assert.equal(await inPage(async () => document.cookie), '', 'no script reads it');

  const second = await inPage(async (call) => {
    const before = (await call('GET', '/api/v1/session')).status;
    const out = (await call('DELETE', '/api/v1/session')).status;
    const between = (await call('GET', '/api/v1/session')).status;
    const begun = await call('POST', '/api/v1/session', { step: 'passkey_options' });
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(begun.json.options.publicKey);
    const credential = (await navigator.credentials.get({ publicKey })).toJSON();
    const done = await call('POST', '/api/v1/session', { step: 'passkey', ticket: begun.json.ticket, credential });
    const after = await call('GET', '/api/v1/session');
    return { before, out, between, done: done.status, after: after.json };
  });
  assert.deepEqual([second.before, second.out, second.between, second.done], [200, 204, 401, 201]);
  assert.equal(second.after.session.factors, 'passkey');

  console.log(`signed in as ${second.after.login} with a passkey, twice`);
} finally {
  await command('DELETE', browser);
}
