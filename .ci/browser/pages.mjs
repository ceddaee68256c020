// The day's work of each person in Chromium, in both languages, with and without JavaScript. On every page that is
// visited, axe-core looks for what stands in the way of people with disabilities, and the console has to stay silent.
// Usage: node pages.mjs DOOR FOLDER   where DOOR is the address that `tutela demo` printed; pictures go to FOLDER.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [door, folder] = process.argv.slice(2);
const origin = new URL(door).origin;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(folder, { recursive: true });

const words = {
  zh: { enter: '进入', check: '核对', send: '提交', find: '查找', open: '受理', change: '修改', record: '去记录', signIn: '登录' },
  en: { enter: 'Enter', check: 'Check', send: 'Send', find: 'Find', open: 'Open the case', change: 'Change', record: 'Record it', signIn: 'Sign in' },
};
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const faults = [];
/** Bytes of each kind of page, as it was last seen. */
const sizes = new Map();
let visited = 0;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A day of the office, counted from today: the demo's offices are in China, whatever the day is in UTC. */
const day = (ahead = 0) => new Date(Date.now() + (8 * 60 + ahead * 24 * 60) * 60_000).toISOString().slice(0, 10);

let minutes = 0;
/** A minute of today for each visit that was kept, since nobody is at two at once: from midnight on, and over by now. */
async function minute() {
  const midnight = Date.parse(`${day()}T00:00+08:00`);
  const wall = (at) => `${day()}T${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
  minutes += 1;
  const ahead = midnight + minutes * 60_000 + 1_000 - Date.now();
  // Just after midnight today has too few of them.
  if (ahead > 0) await new Promise((over) => setTimeout(over, ahead));
  return { from: wall(minutes - 1), until: wall(minutes) };
}

/** A person at a browser of their own. */
async function person(login, { language = 'zh', script = true, dark = false, phone = false } = {}) {
  const context = await browser.newContext({
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Asia/Shanghai',
    javaScriptEnabled: script,
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 390, height: 844 } : { width: 1366, height: 768 },
    // axe is put into the page for the test alone; the service's own policy is tried apart.
    bypassCSP: script,
  });
  // A busy machine is slow, and nothing is wrong with the page.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const where = () => `${login} (${language}${script ? '' : ', no script'}) ${new URL(page.url()).pathname}`;
  // A browser notes the status of a page that says what is wrong with a form; that is no error of the page's.
  const told = (message) => message.location().url.split('?')[0] === page.url().split('?')[0] && /status of 4(01|03|12|22)/.test(message.text());
  // The line that a test cuts, and the picture that browsers look for beside a page without one.
  const meant = (message) => message.text().includes('ERR_INTERNET_DISCONNECTED') || message.location().url.endsWith('/favicon.ico');
  page.on('console', (message) => message.type() === 'error' && !told(message) && !meant(message) && faults.push(`${where()}: console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`${where()}: ${error}`));
  page.on('request', (request) => {
    const at = new URL(request.url());
    if (at.origin !== origin && at.protocol !== 'data:') faults.push(`${where()}: asks elsewhere: ${at.origin}`);
  });
  const me = {
    page, context, login, language, w: words[language],
    /** Looks at the page as it is. */
    async look(name) {
      visited += 1;
      const title = await page.title();
      assert.ok(title.endsWith('Tutela'), `${where()}: title ${title}`);
      if (script) {
        await page.evaluate(axe);
        const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }), rules);
        for (const { id, help, nodes } of found.violations)
          faults.push(`${where()}: axe ${id}: ${help}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} [${node.any.map((a) => a.message).join(' ').slice(0, 200)}]`).join(' | ')}`);
      }
      const size = Buffer.byteLength(await page.content());
      if (size > 61_440) faults.push(`${where()}: ${size} bytes`);
      sizes.set(new URL(page.url()).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…'), size);
      const broad = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth).catch(() => 0);
      if (script && broad > 1) faults.push(`${where()}: scrolls sideways by ${broad}`);
      if (name) await page.screenshot({ path: `${folder}/${name}-${language}${dark ? '-dark' : ''}${phone ? '-phone' : ''}.png`, fullPage: true });
    },
    async go(path, name) {
      const answer = await page.goto(origin + path);
      assert.ok(answer.status() < 400, `${where()}: ${answer.status()}`);
      await me.look(name);
    },
    async click(what, name) {
      // What is not there is said with what the page says instead, not by a time that ran out.
      await what.first().waitFor({ timeout: 30_000 }).catch(async () => {
        assert.fail(`${where()}: ${what} is not there; the page says: ${await page.locator('.summary').allInnerTexts()}`);
      });
      await Promise.all([page.waitForNavigation(), what.click()]);
      await me.look(name);
    },
  };
  await page.goto(door);
  me.password = await page.locator('main code').innerText();
  const row = page.locator('tr', { has: page.locator(`input[value="${login}"]`) });
  await Promise.all([page.waitForNavigation(), row.locator('button').click()]);
  assert.equal(new URL(page.url()).pathname, '/', `${login} is in`);
  return me;
}

/** Asks the API as the person at this browser; for what other journeys have done already. */
async function ask(me, path, data) {
  const answer = await me.context.request.post(`${origin}/api/v1${path}`, { data, headers: { origin } });
  assert.ok(answer.ok(), `${me.login} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** Opens a case step by step; gives its address. */
async function open(me, name) {
  const { page, w } = me;
  await me.go('/cases/new?pack=cn-procuratorate&event=T11', 'open-form');
  // Nothing typed: every missing answer is named and leads to its field.
  await me.click(page.getByRole('button', { name: w.check, exact: true }), 'open-errors');
  const missing = page.locator('.summary a');
  assert.ok((await missing.count()) >= 5, 'the summary names what is missing');
  for (const href of await missing.evaluateAll((all) => all.map((a) => a.getAttribute('href')).filter((href) => href?.startsWith('#'))))
    assert.equal(await page.locator(`[id="${href.slice(1)}"]`).count(), 1, `${href} leads to its field`);
  const fill = (id, value) => page.locator(`[id="${id}"]`).fill(value);
  const tick = (name, value) => page.locator(`input[name="${name}"][value="${value}"]`).check();
  await fill('identity.name', name);
  await fill('identity.school_or_work', '河湾二中');
  await tick('child.sex', 'boy');
  await fill('child.born', '2010-03-02');
  await tick('child.birth_proved', 'true');
  await fill('offence.on', '2026-10-12');
  await fill('at', '2026-11-10T09:30');
  await tick('i.has_defender', 'false');
  await tick('i.has_victim', 'true');
  await fill('i.charge_chapter', '5');
  await tick('i.charge_grave_list', 'false');
  await tick('i.death_or_severe_cruel', 'false');
  await tick('i.suspect_present', 'true');
  await tick('i.measure', 'bail');
  await fill('i.measure_from', '2026-10-14');
  await me.click(page.getByRole('button', { name: w.check, exact: true }), 'open-check');
  await me.click(page.getByRole('button', { name: w.open, exact: true }));
  assert.match(new URL(page.url()).pathname, /^\/cases\/[0-9a-f-]{36}$/, 'the case is open');
  return new URL(page.url()).pathname;
}

async function clerk(language, script) {
  const me = await person('wu.min', { language, script });
  const { page, w } = me;
  await me.go('/', 'home-clerk');
  await me.go('/cases?list=office', 'cases');
  const name = `林小${{ zh: '禾', en: '穗' }[language]}`;
  const at = await open(me, name);
  await me.look('case-new');
  const number = await page.locator('.case-no').innerText().then((text) => text.split(/\s/)[0]);
  for (const asked of [name, number, language === 'zh' ? 'lin xiaohe' : 'LIN XIAOSUI']) {
    await me.go('/cases/find');
    await page.locator('#q').fill(asked);
    await me.click(page.locator('main form button'));
    assert.ok(await page.locator(`main a[href="${at}"]`).count(), `found by ${asked}`);
  }
  await me.look('find');
  // A safeguard of the act that waits is recorded where the page says that it is missing.
  await me.go(`${at}/safeguards/S24`, 'evidence');
  await page.locator('input[name="i.specialised"][value="true"]').check();
  await me.click(page.getByRole('button', { name: w.check, exact: true }), 'evidence-check');
  const send = page.getByRole('button', { name: w.send, exact: true });
  await me.click(send);
  assert.ok(page.url().includes('done='), 'it is recorded');
  // Going back leads to the form, not into a question of the browser's whether to send again.
  if (script) {
    await page.goBack();
    assert.ok(await page.locator('#form').count(), 'back at the form');
  }
  await me.context.close();
  return at;
}

async function prosecutor(language, script, at) {
  const me = await person('zhao.ning', { language, script });
  const { page, w } = me;
  await me.go('/', 'home-prosecutor');
  await me.go(at, 'case');
  // What stands in the way of an act is told before it is tried, with a place to record it.
  const barred = page.locator('.barred details', { has: page.locator('a') }).first();
  await barred.locator('summary').click();
  await me.look('case-barred');
  await me.go(`${at}/safeguards/S03`);
  await page.locator('[id="i.defender_name"]').fill('齐律师');
  await page.locator('[id="i.assigned_on"]').fill('2026-11-11');
  const aid = page.locator('input[name="i.by_legal_aid"][value="true"]');
  if (await aid.count()) await aid.check();
  await page.locator('#at').fill('2026-11-11T10:00');
  await me.click(page.getByRole('button', { name: w.check, exact: true }));
  // Change comes back to the form with everything that was typed.
  await me.click(page.getByRole('button', { name: w.change, exact: true }));
  assert.equal(await page.locator('[id="i.defender_name"]').inputValue(), '齐律师', 'what was typed is there');
  await me.click(page.getByRole('button', { name: w.check, exact: true }));
  await me.click(page.getByRole('button', { name: w.send, exact: true }));
  assert.ok(page.url().includes('done='), 'the defender is recorded');
  await me.go(`${at}/documents/D03`, 'document');
  // A document is made, and its receipt by two people recorded.
  await me.go(`${at}/documents/D02`);
  await me.click(page.getByRole('button', { name: w.check, exact: true }));
  await me.click(page.getByRole('button', { name: w.send, exact: true }));
  await me.go(`${at}/documents/D02/serve`, 'serve');
  for (const to of ['child', 'legal_rep']) await page.locator(`input[name="to"][value="${to}"]`).check();
  await page.locator('#received_on').fill(day());
  await me.click(page.getByRole('button', { name: w.check, exact: true }));
  await me.click(page.getByRole('button', { name: w.send, exact: true }));
  assert.ok(page.url().includes('done='), 'it was received');
  await known(me, at);
  // The journal shows one kind of entry; going back shows all of them again.
  await me.go(`${at}/journal`, 'journal');
  const entries = page.locator('.timeline > li');
  const all = await entries.count();
  await page.locator('#kind').selectOption('evidence');
  await me.click(page.locator('form.filter button'), 'journal-filtered');
  const some = await entries.count();
  assert.ok(some > 0 && some < all, `${some} of ${all} entries`);
  await page.goBack();
  await page.waitForLoadState();
  assert.equal(await entries.count(), all, 'all entries again');
  await me.go(`${at}/people`, 'people');
  await me.go(`${at}/people/new`, 'person');
  await me.go(`${at}/way`, 'way');
  const picture = await me.context.request.get(`${origin}${at}/way.svg`);
  assert.equal(picture.headers()['content-type'], 'image/svg+xml');
  // The language switch keeps the place.
  await page.goto(origin + at);
  await me.click(page.locator('a.language'));
  assert.equal(new URL(page.url()).pathname, at, 'the same place in the other language');
  await me.click(page.locator('a.language'));
  await me.go('/account', 'account');
  await me.go('/packs', 'packs');
  await me.go('/packs/cn-procuratorate', 'pack');
  await me.context.close();
}

/** What is known of the child is corrected: not without a reason, and read over before it is sent. */
async function known(me, at) {
  const { page, w } = me;
  await me.go(`${at}/child/facts`, 'facts');
  await page.locator('[id="offence.on"]').fill('2026-10-11');
  await me.click(page.getByRole('button', { name: w.check, exact: true }), 'facts-errors');
  assert.equal(await page.locator('.summary a[href="#reason"]').count(), 1, 'a reason is asked for');
  assert.equal(await page.locator('[id="offence.on"]').inputValue(), '2026-10-11', 'what was typed is there');
  await page.locator('#reason').fill('起诉意见书更正');
  await me.click(page.getByRole('button', { name: w.check, exact: true }), 'facts-check');
  await me.click(page.getByRole('button', { name: w.send, exact: true }));
  assert.ok(page.url().includes('done='), 'it is corrected');
}

/** Two people at the same case: the second sees what the first did, and loses nothing. */
async function two(language, at, script = true) {
  const first = await person('zhao.ning', { language, script });
  const second = await person('wu.min', { language, script });
  const path = `${at}/documents/D03`;
  await first.go(path);
  await second.go(`${at}/people`);
  await first.click(first.page.getByRole('button', { name: first.w.check, exact: true }));
  await second.go(`${at}/people/new`);
  await second.page.locator('#kind').selectOption('legal_rep');
  await second.page.locator('[id="identity.name"]').fill('林父');
  await second.click(second.page.locator('main form button'));
  await first.page.getByRole('button', { name: first.w.send, exact: true }).click();
  await first.page.waitForLoadState();
  assert.ok(await first.page.locator('input[name="v"]').count(), 'the conflict keeps the form');
  await first.page.screenshot({ path: `${folder}/conflict-${language}.png`, fullPage: true });
  await first.page.locator('button[value="check"]').click();
  await first.page.waitForLoadState();
  await first.click(first.page.getByRole('button', { name: first.w.send, exact: true }));
  assert.ok(first.page.url().includes('done='), 'sent again');
  await first.context.close();
  await second.context.close();
}

/** The day begins with the worklist: what is new is taken up, what was missed is answered for, each a link away. */
async function worklist(language, script) {
  const me = await person('zhao.ning', { language, script });
  const { page } = me;
  await me.go('/', 'work-prosecutor');
  const fresh = page.locator('section[aria-labelledby="new"] button').first();
  if (await fresh.count()) {
    await me.click(fresh);
    assert.match(new URL(page.url()).pathname, /^\/cases\/[0-9a-f-]{36}$/, 'what is new leads to its case');
  }
  await me.go('/?of=office', 'work-office');
  await me.go('/?of=unassigned', 'work-unassigned');
  // Every link of the list leads to a page where it is done.
  await page.goto(`${origin}/`);
  const links = await page.locator('.work th a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  for (const href of [...new Set(links)].slice(0, 8)) await me.go(href);
  // By kind, as the form asks.
  await page.goto(`${origin}/`);
  await page.locator('#kind').selectOption('missed');
  await me.click(page.locator('form.filter button'), 'work-missed');
  const missed = page.locator('.work th a').first();
  if (await missed.count()) {
    await me.click(missed, 'missed');
    const form = page.locator('form[data-keep]').first();
    const done = form.locator('textarea').last();
    await form.locator('textarea').first().fill('案卷移送迟延，未影响对其采取的措施');
    await me.click(form.locator('> button'), 'missed-error');
    assert.equal(await page.locator('.summary a').count(), 1, 'what is missing is said once');
    assert.ok((await page.locator('textarea').evaluateAll((all) => all.map((one) => one.value))).some((text) => text.includes('迟延')), 'what was typed is there');
    await page.locator('.wrong-field textarea').fill('已报告检察长，当日补办');
    await me.click(page.locator('form', { has: page.locator('.wrong-field') }).locator('> button'));
    assert.ok(page.url().includes('done=1'), 'it is answered for');
  }
  await me.context.close();
  const social = await person('fang.qing', { language, script });
  await social.go('/', 'work-social-worker');
  assert.ok(await social.page.locator('section[aria-labelledby="children"]').count(), 'her children');
  await social.context.close();
  for (const login of ['sun.lan', 'luo.ping', 'tang.ye']) {
    const other = await person(login, { language, script });
    await other.go('/', `home-${login}`);
    assert.ok(await other.page.locator('.cards a').count(), `${login} has somewhere to go`);
    await other.context.close();
  }
}

/** A supervisor sees who has how much, and gives two cases to somebody else at once, by keyboard. */
async function team(language, script) {
  const me = await person('he.jing', { language, script });
  const { page } = me;
  await me.go('/team', 'team');
  const row = page.locator('.loads tr', { has: page.locator('[data-name]', { hasText: language === 'zh' ? '赵宁' : '周远' }) });
  const theirs = await row.locator('a').last().getAttribute('href');
  await me.go(theirs, 'team-person');
  const boxes = page.locator('.cases input[type=checkbox]');
  assert.ok((await boxes.count()) >= 2, 'cases to choose from');
  for (const n of [0, 1]) {
    await boxes.nth(n).focus();
    await page.keyboard.press('Space');
  }
  await page.locator('#who').fill(language === 'zh' ? 'zhou.yuan' : 'zhao.ning');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await me.look('team-reassigned');
  await me.click(page.locator('main a').last());
  assert.equal(new URL(page.url()).pathname, '/team', 'back at the team');
  await me.go('/?of=office&kind=breach', 'work-breaches');
  await me.context.close();
}

/** What is typed outlives a session that ended by itself, in the same tab, for the same person only. */
async function typed(language, at) {
  const me = await person('zhou.yuan', { language });
  const { page } = me;
  const path = `${at}/safeguards/S06`;
  await page.clock.install();
  await page.goto(origin + path);
  const field = page.locator('#form textarea').first();
  await field.fill('辩护人认为应当从宽');
  await page.clock.runFor(1000);
  await page.waitForFunction(() => Object.keys(sessionStorage).length > 0);
  const kept = await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)));
  assert.ok(!kept.includes('从宽') && !decodeURIComponent(kept).includes('从宽'), 'nothing can be read in the tab');
  const idle = Number(await page.locator('body').getAttribute('data-idle'));
  await page.clock.fastForward((idle - 60) * 1000);
  await page.clock.runFor(2000);
  await page.locator('dialog.idle button').waitFor();
  await me.look('idle-warning');
  await page.locator('dialog.idle button').click();
  await page.locator('dialog.idle').waitFor({ state: 'detached' });
  assert.equal(await field.inputValue(), '辩护人认为应当从宽', 'nothing moved');
  await me.context.clearCookies({ name: '__Host-tutela' });
  await page.clock.fastForward((idle + 60) * 1000);
  await page.clock.runFor(2000);
  await page.waitForURL(/sign-in/);
  assert.ok(!(await page.content()).includes('从宽'), 'the page is gone from the screen');
  const again = async (login) => {
    await page.goto(door);
    const row = page.locator('tr', { has: page.locator(`input[value="${login}"]`) });
    await Promise.all([page.waitForNavigation(), row.locator('button').click()]);
    await page.goto(origin + path);
  };
  await again('zhou.yuan');
  await page.waitForSelector('form .said');
  assert.equal(await page.locator('#form textarea').first().inputValue(), '辩护人认为应当从宽', 'it is here again');
  await me.look('typed-again');
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForLoadState();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0, 'nothing stays after signing out');
  await me.context.close();
}

async function supervisor(language, script, at) {
  const me = await person('he.jing', { language, script });
  await me.go('/', 'home-supervisor');
  await me.go(`${at}/audit`, 'audit');
  await me.go(`${at}/audit?outcome=not`);
  await me.page.goto(`${origin}${at}/audit`);
  await me.click(me.page.locator('.sentences a').last(), 'proof');
  await me.go('/ledger', 'ledger');
  await me.go('/ledger?outcome=not&office=HW');
  await me.go('/outcomes', 'outcomes');
  await me.go(await me.page.locator('#year option').nth(1).evaluate((one) => `/outcomes?year=${one.value}`), 'outcomes-last-year');
  const file = await me.context.request.get(`${origin}/outcomes.csv`);
  assert.match(file.headers()['content-type'], /^text\/csv/);
  await me.go(`${at}/exclusions`, 'exclusions');
  await me.go('/emergencies', 'emergencies');
  await me.go('/staff', 'staff');
  await me.context.close();
}

/** A decision that waits for approval is read and sent back. */
async function chief(language, script) {
  const me = await person('qian.li', { language, script });
  const { page, w } = me;
  await me.go('/', 'home-chief');
  await me.go('/cases?list=office');
  const waiting = await page.locator('tr', { has: page.locator('.tag-ask') }).locator('th a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  const send = page.getByRole('button', { name: w.send, exact: true });
  for (const at of waiting) {
    await me.go(at, 'case-chief');
    const draft = page.locator('.attention a[href*="/drafts/"]').first();
    if (!(await draft.count())) continue;
    await me.click(draft, 'draft');
    await page.locator('input[name="answer"][value="return"]').check();
    await page.locator('#reason').fill('请补充对未成年人意见的说明');
    // Some drafts wait for the office above: the page says so.
    await me.click(page.getByRole('button', { name: w.check, exact: true }), 'draft-check');
    if (await send.count()) break;
  }
  assert.ok(await send.count(), 'a draft waits for this chief');
  // One is sent back; the others stay for whoever looks next.
  if (script && language === 'zh') {
    await me.click(send);
    assert.ok(page.url().includes('done='), 'the draft is sent back');
  }
  await me.context.close();
}

/** Answers whatever a section asks, as far as it is seen and empty. */
async function answer(page) {
  const fields = page.locator('#form input:visible, #form textarea:visible, #form select:visible');
  const all = await fields.evaluateAll((them) => them.map(({ id, name, type, value, inputMode, checked, tagName }) => ({ id, name, type, value, inputMode, checked, tagName })));
  const done = new Set(all.filter((field) => field.checked).map((field) => field.name));
  for (const { id, name, type, value, inputMode, tagName } of all) {
    const field = page.locator(`[id="${id}"]`);
    if (type === 'radio' || type === 'checkbox') {
      if (!done.has(name)) await field.check();
      done.add(name);
    } else if (tagName === 'SELECT') await field.selectOption({ index: 1 });
    else if (value) continue;
    else if (type === 'date') await field.fill('2026-11-20');
    else if (type === 'datetime-local') await field.fill('2026-11-20T10:00');
    else await field.fill(inputMode === 'numeric' ? '12' : '他愿意说明情况，也希望尽快回到学校。');
  }
}

/** A social investigation: asked for, accepted, written section by section, returned, adopted, released. */
async function social(language, script, at, phone = false) {
  const clerk = await person('wu.min', { language, script });
  await clerk.go(`${at}/people`);
  await clerk.page.locator('#place').selectOption('social_worker');
  await clerk.page.locator('#who').fill('fang.qing');
  await clerk.click(clerk.page.locator('form.bulk button'));
  await clerk.context.close();

  const lead = await person('zhao.ning', { language, script });
  await lead.go(`${at}/assessments`);
  await lead.page.locator('#form').selectOption('social_investigation');
  const ask = lead.page.locator(`form[action="${at}/assessments"] button`);
  await lead.click(ask, 'assessments-errors');
  await lead.page.locator('#due').fill('2026-12-20');
  await lead.page.locator('#reason').fill('审查起诉需要，请重点了解监护和就学条件。');
  await lead.click(ask);
  const paper = new URL(lead.page.url()).pathname;

  const me = await person('fang.qing', { language, script, phone });
  const { page, context } = me;
  await me.go('/children', 'children');
  await me.go(`${at}/assessments`, 'assessments');
  await me.click(page.locator(`a[href="${paper}"]`), 'assessment-asked');
  await me.click(page.locator(`form[action="${paper}/writer/accept"] button`), 'draft');
  for (let part = 0; !page.url().endsWith('/draft') || part === 0; part += 1) {
    assert.ok(part < 60, `${page.url()} comes to an end`);
    if (part === 0) await me.click(page.locator('.tasks a').first(), 'draft-section');
    await answer(page);
    if (script && part === 0) {
      // Saved while it is typed, and there after the page is loaded anew.
      await page.waitForFunction(() => /\d\d:\d\d/.test(document.querySelector('.autosaved').textContent));
      await me.look('draft-saved');
      await page.reload();
      assert.equal(await page.locator('[id="answers.letter_on"]').inputValue(), '2026-11-20', 'it was saved');
      // The line is cut: it says so, keeps what was typed, and saves it by itself when the line is back.
      await context.setOffline(true);
      await page.locator('[id="answers.letter_no"]').fill('河检未调〔2026〕7号');
      await page.waitForSelector('.autosaved.error');
      await page.screenshot({ path: `${folder}/draft-no-line-${language}.png`, fullPage: true });
      await context.setOffline(false);
      await page.waitForFunction(() => !document.querySelector('.autosaved').classList.contains('error'), null, { timeout: 30_000 });
      // The same section in another window: the one that is late sees both.
      const other = await context.newPage();
      await other.goto(page.url());
      await page.locator('[id="answers.letter_no"]').fill('河检未调〔2026〕8号');
      await page.locator('[id="answers.letter_no"]').dispatchEvent('change');
      await page.waitForFunction(() => /\d\d:\d\d/.test(document.querySelector('.autosaved').textContent));
      await other.locator('[id="answers.letter_no"]').fill('河检未调〔2026〕9号');
      await other.waitForSelector('.autosaved.error');
      await other.locator('button[value="stay"]').last().click();
      await other.waitForSelector('.is-saved');
      await other.screenshot({ path: `${folder}/draft-conflict-${language}.png`, fullPage: true });
      await other.close();
      await page.reload();
    }
    await me.click(page.locator('button[value="next"]'));
    if (page.url().endsWith('/health')) await me.look('draft-health');
    if (page.url().endsWith('/analysis')) await me.look('draft-analysis');
  }
  await me.look('draft-done');
  await me.click(page.locator(`a[href="${paper}/check"]`), 'draft-check');
  // Whatever is missing is named, and leads to its field.
  const first = page.locator('.summary a').first();
  if (await first.count()) {
    const target = (await first.getAttribute('href')).split('#')[1];
    await me.click(first, 'draft-missing');
    assert.equal(await page.locator(`[id="${target}"]`).count(), 1, `${target} is there`);
    await page.goBack();
  }
  const send = page.locator(`form[action="${paper}/submit"] button`);
  assert.ok(await send.count(), `it can be submitted: ${await page.locator('.summary').allInnerTexts()}`);
  await me.click(send, 'assessment-submitted');

  await lead.go(paper, 'assessment-review');
  await lead.page.locator('[id="return.reason"]').fill('请补充对学校的走访。');
  await lead.click(lead.page.locator(`form[action="${paper}/reviewer/return"] button`), 'assessment-returned');
  await me.go(`${paper}/draft/surroundings`);
  await page.locator('[id="answers.school_life"]').fill('班主任愿意帮助他补习，学校同意接收。');
  await me.click(page.locator('button[value="next"]'));
  await me.go(`${paper}/check`);
  await me.click(page.locator(`form[action="${paper}/submit"] button`));
  await lead.go(paper);
  await lead.page.locator('input[name="adopt.outcome"][value="partly"]').check();
  await lead.page.locator('[id="adopt.reason"]').fill('事实清楚，建议的见面频率过高。');
  await lead.click(lead.page.locator(`form[action="${paper}/reviewer/adopt"] button`));
  await me.go(paper);
  await me.click(page.locator(`form[action="${paper}/writer/release"] button`), 'assessment-released');
  await lead.go(`${paper}/versions/2`, 'assessment-version');
  if (script) {
    await lead.page.emulateMedia({ media: 'print' });
    await lead.page.screenshot({ path: `${folder}/assessment-print-${language}.png`, fullPage: true });
  }
  // What is the child's own.
  await me.go(`${at}/child`);
  const record = page.locator(`form[action="${at}/voices"] button`);
  await me.click(record, 'child-errors');
  await page.locator('[id="voice.on"]').fill('2026-11-20');
  await page.locator('[id="voice.about"]').fill('附条件不起诉');
  await page.locator('[id="voice.words"]').fill('我想把钱还上，继续读书。');
  await page.locator('[id="voice.explained_by"]').fill('方晴');
  await page.locator('[id="voice.understood"]').check();
  await me.click(record, 'child');
  await page.locator('[id="complaint.by"]').fill('本人');
  await page.locator('[id="complaint.words"]').fill('谈话时没有人陪我。');
  await me.click(page.locator(`form[action="${at}/complaints"] button`));
  for (const sheet of ['zh', 'en']) {
    await page.goto(`${origin}${at}/sheet?lang=${sheet}`);
    if (script) {
      await page.evaluate(axe);
      const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }), rules);
      assert.deepEqual(violations.map((found) => found.id), [], 'the sheet');
    }
    await page.screenshot({ path: `${folder}/sheet-${sheet}.png`, fullPage: true });
  }
  await me.go('/account/reminders');
  await page.locator('#address').fill('nobody');
  await me.click(page.locator('form[action="/account/reminders/mail"] button'), 'reminders');
  await me.click(page.locator('form[action="/account/reminders/calendar"] button'), 'reminders-shown');
  const feed = await context.request.get(await page.locator('.secret').innerText());
  assert.ok((await feed.text()).startsWith('BEGIN:VCALENDAR'), 'the address works');
  await me.click(page.locator('form[action="/account/reminders/calendar/end"] button'));
  await me.context.close();
  await lead.context.close();
}

// Nobody is at two visits at once: each measure has times of its own.
let planned = 10;

/** A measure at liberty, led from its proposal to its fulfilment by the social worker and the prosecutor. */
async function measure(language, script, at) {
  const worker = await person('fang.qing', { language, script });
  const lead = await person('zhao.ning', { language, script });
  const fill = async (who, typed) => {
    for (const [id, value] of Object.entries(typed)) await who.page.locator(`[id="${id}"]`).fill(value);
  };
  const tick = (who, name, value) => who.page.locator(`input[name="${name}"][value="${value}"]`).check();
  const send = (who, name) => who.click(who.page.locator('#form button').last(), name);
  const led = async (who) => assert.ok(who.page.url().includes('done=1'), `it is recorded: ${await who.page.locator('.summary').allInnerTexts()}`);
  await worker.go(`${at}/measures`, 'measures-none');
  await worker.click(worker.page.locator(`a[href="${at}/measures/new"]`), 'measure-choose');
  await worker.click(worker.page.locator('a[href$="/measures/new/bail"]'), 'measure-propose');
  // Nothing typed: every field error stands beside its field, and what is typed then stays.
  await send(worker, 'measure-propose-errors');
  for (const href of await worker.page.locator('.summary a').evaluateAll((all) => all.map((a) => a.getAttribute('href'))))
    assert.equal(await worker.page.locator(`[id="${href.slice(1)}"]`).count(), 1, `${href} leads to its field`);
  await fill(worker, {
    from: day(0), until: day(90), reasons: '有固定住所和监护人，需要有人定期联系。',
    'alternatives.0.what': '不采取措施', 'alternatives.0.why_not': '须保证按时到案',
    'child_heard.on': day(0), 'child_heard.words': '我会按时来，想继续上学。',
  });
  await worker.page.locator('details', { has: worker.page.locator('[id="c.social_observation"]') }).locator('summary').click();
  await fill(worker, { 'c.social_observation.words': '每两周和方老师见一次面' });
  await tick(worker, 'c.social_observation', 'yes');
  await send(worker, 'measure-propose-wrong');
  assert.equal(await worker.page.locator('#reasons').inputValue(), '有固定住所和监护人，需要有人定期联系。', 'what was typed is there');
  await fill(worker, { 'c.social_observation.why': '保持联系' });
  await send(worker, 'measure-proposed');
  await led(worker);
  const here = new URL(worker.page.url()).pathname;
  await lead.go(here, 'measure');
  await lead.go(`${here}/decisions/decide`, 'measure-decide');
  await fill(lead, { reasons: '有监护条件，不致发生社会危险性。' });
  await send(lead, 'measure-refused');
  await tick(lead, 'review_told', 'true');
  await send(lead);
  await led(lead);
  await worker.go(`${here}/work/start`, 'measure-start');
  await worker.page.locator('#supervisor').selectOption('fang.qing');
  await send(worker);
  await worker.go(`${here}/work/plan`, 'measure-plan');
  await fill(worker, { 'goals.0.words': '我想把高一读完', 'goals.0.activity': '补习数学', 'goals.0.helped_by': '班主任', visits: '2', school_or_work: '照常上课', child_words: '可以' });
  await tick(worker, 'per', 'month');
  await tick(worker, 'understood', 'true');
  await send(worker);
  await led(worker);
  await worker.go(`${here}/work/plan_visit`, 'measure-visit-plan');
  planned += 2;
  await fill(worker, { from: `${day(3)}T16:${planned}`, until: `${day(3)}T16:${planned + 2}`, place: '河湾二中' });
  await send(worker);
  await led(worker);
  await worker.go(`${here}/visit`, 'measure-visit');
  await tick(worker, 'attendance', 'kept');
  await tick(worker, 'seen_alone', 'yes');
  await tick(worker, 'k.social_observation', 'met');
  await fill(worker, { ...(await minute()), went_well: '每天到校', child_words: '店主原谅我了' });
  await send(worker);
  await led(worker);
  await worker.go(`${here}/work/breach`, 'measure-breach');
  await fill(worker, { on: day(0), facts: '迟到二十分钟', child_account: '公交晚点' });
  await send(worker);
  await worker.go(`${here}/work/respond?n=1`, 'measure-respond');
  await tick(worker, 'response', 'report');
  await fill(worker, { words: '一起看了车次' });
  await send(worker, 'measure-respond-refused');
  await tick(worker, 'response', 'talk');
  await send(worker);
  await led(worker);
  await lead.go(`${here}/decisions/vary`, 'measure-vary');
  await lead.go(`${here}/decisions/ask_revocation`, 'measure-ask-revocation');
  await worker.go(`${here}/work/aftercare`, 'measure-aftercare');
  await fill(worker, { words: '假期每月联系一次', contact: '观护基地值班电话', until: day(150), child_words: '想去篮球夏令营' });
  await send(worker);
  await lead.go(`${here}/decisions/fulfil`, 'measure-fulfil');
  await fill(lead, { reasons: '要求已经做到。' });
  await send(lead, 'measure-fulfilled');
  await led(lead);
  await worker.go(`${at}/measures`, 'measures');
  const phone = await person('fang.qing', { language, script, phone: true });
  await phone.go(here, 'measure');
  await phone.go(`${at}/measures/new/cnp`, 'measure-propose');
  await phone.context.close();
  await worker.context.close();
  await lead.context.close();
}

/** A visit is planned, and recorded on a phone in the few fields that it takes; two taps on the button record it once. */
async function visit(language, script, at) {
  const lead = await person('zhao.ning', { language });
  const { measure } = await ask(lead, `${at}/measures`, {
    kind: 'bail', from: day(-20), until: day(60), reasons: '有固定住所和监护人',
    alternatives: [{ what: '不采取措施', why_not: '须按时到案' }],
  });
  const decide = { kind: 'decide', reasons: '可以保证到案', review_told: true, child_heard: { on: day(-20), words: '我会按时来' }, child_agrees: true, guardian_agrees: true };
  await ask(lead, `${at}/measures/${measure}/decisions`, decide);
  await lead.context.close();
  const me = await person('fang.qing', { language, script, phone: true });
  const { page } = me;
  await ask(me, `${at}/measures/${measure}/work`, { kind: 'start', supervisor: 'fang.qing' });
  await me.go(`${at}/measures`, 'measures');
  await me.go(`${at}/measures/${measure}/visit`, 'visit');
  await me.click(page.locator('main form button').last(), 'visit-errors');
  assert.ok((await page.locator('.summary a').count()) >= 4, 'everything that is missing is named');
  await page.locator('input[name="attendance"][value="kept"]').check();
  const { from, until } = await minute();
  await page.locator('#from').fill(from);
  await page.locator('#until').fill(until);
  await page.locator('input[name="seen_alone"][value="yes"]').check();
  await page.locator('#went_well').fill('每天到校，主动谈起道歉的事');
  await page.locator('#child_words').fill('店主原谅我了');
  const send = page.locator('main form button').last();
  await Promise.all([page.waitForURL(new RegExp(`/measures/${measure}[?]done=1`)), send.dblclick()]);
  await page.waitForLoadState();
  await me.look('measures-visited');
  const view = await (await me.context.request.get(`${origin}/api/v1${at}/measures/${measure}`)).json();
  assert.equal(view.visits.length, 1, 'two taps record one visit');
  await me.context.close();
}

/** An administrator makes an office and an account, proposes a role, which another decides, and looks at rules and status. */
async function admin(language, script) {
  const me = await person('luo.ping', { language, script });
  const { page } = me;
  const name = `${language}.${script ? 'script' : 'plain'}`;
  await me.go('/', 'home-admin');
  for (const text of await page.locator('.cards li').allInnerTexts()) assert.ok(text.trim().includes('\n'), `${text}: says what is there`);
  await me.go('/staff?office=HW', 'staff-admin');
  const add = page.locator('form[action="/staff"] button').last();
  await page.locator('#login').fill('x');
  await page.locator('#name').fill('新来');
  await me.click(add, 'staff-errors');
  assert.equal(await page.locator('.wrong-field #login').inputValue(), 'x', 'the error stands beside its field, what was typed is there');
  await page.locator('#login').fill(`new.${name}`);
  await page.locator('#role').selectOption('clerk');
  await Promise.all([page.waitForURL('**/staff?office=HW'), add.dblclick()]);
  await page.waitForLoadState();
  await me.look('staff-proposed');
  const wanted = page.locator('section[aria-labelledby="changes"] tbody tr');
  const before = await wanted.count();
  assert.ok(before >= 1, 'the role waits for another administrator');
  await me.go('/staff/offices/new', 'office-form');
  await me.click(page.locator('main form button').last(), 'office-errors');
  assert.ok((await page.locator('.summary a').count()) >= 4, 'the summary names what is missing');
  await page.locator('#code').fill(`B${language}${script ? 1 : 2}`);
  await page.locator('input[name="kind"][value="district"]').check();
  await page.locator('[id="name.zh"]').fill('北河区人民检察院');
  await page.locator('[id="name.en"]').fill('Beihe District Procuratorate');
  await page.locator('#parent').selectOption('QY');
  await me.click(page.locator('main form button').last(), 'office-made');
  await me.go('/packs', 'packs-admin');
  await me.click(page.locator('main table a').first(), 'pack-admin');
  assert.ok(await page.locator('img').count(), 'its diagram');
  assert.ok((await page.locator('.facts dd').allInnerTexts()).some((text) => /\d+ (件案件|cases)/.test(text)), 'cases by version');
  await me.go('/status', 'status-admin');
  assert.ok(await page.locator('section[aria-labelledby="keys"] tbody tr').count(), 'the keys');
  assert.ok(await page.locator('section[aria-labelledby="ledger"] pre').count(), 'the ledger is under a signature');
  await me.context.close();
  const other = await person('admin', { language, script });
  await other.go('/staff?office=HW', 'staff-decide');
  await other.click(other.page.locator('section[aria-labelledby="changes"] button[value="true"]').first());
  await confirm(other);
  await other.go('/staff?office=HW');
  assert.equal(await other.page.locator('section[aria-labelledby="changes"] tbody tr').count(), before - 1, 'it is decided');
  await other.click(other.page.getByRole('link', { name: '新来' }).first(), 'staff-person');
  await other.context.close();
}

/** A case is opened in an emergency by a chief of the office above, and a supervisor says whether it was one. */
async function emergency(language, script, at) {
  const me = await person('gu.heng', { language, script });
  const { page } = me;
  await me.go(`${at}/emergency`, 'emergency');
  await me.click(page.locator('main form button').last(), 'emergency-errors');
  assert.ok(await page.locator('.wrong-field #reason').count(), 'a reason is asked for, beside its field');
  await page.locator('#reason').fill('夜间来电称该未成年人走失，需立即查看监护人联系方式');
  await me.click(page.locator('main form button').last());
  await confirm(me);
  assert.equal(new URL(page.url()).pathname, at, 'the case is open for reading');
  await me.context.close();
  const above = await person('he.jing', { language, script });
  await above.go('/emergencies', 'emergency-review');
  const form = above.page.locator('form[action$="/review"]').first();
  await above.click(form.locator('button'), 'emergency-review-errors');
  assert.ok(await above.page.locator('.wrong-field input[type=radio]').count(), 'what was not said is asked for');
  const again = above.page.locator('form', { has: above.page.locator('.wrong-field') });
  await again.locator('input[value="true"]').check();
  await again.locator('textarea').fill('情况属实');
  await above.click(again.locator('> button'));
  assert.equal(new URL(above.page.url()).pathname, '/emergencies', 'it is reviewed');
  await above.context.close();
}

/** Shows a factor again where a page asks for one, and goes on. */
async function confirm(me) {
  const { page } = me;
  if (!(await page.locator('form[action="/step-up"]').count())) return;
  await page.locator('#password').fill(me.password);
  await me.click(page.locator('form[action="/step-up"] button').first());
  const go = page.locator('main form button');
  if (await go.count()) await me.click(go.first());
}

/** An entry is sealed by itself; a query is entered by one and decided by another; a certificate is printed. */
async function records(language, script) {
  const me = await person('sun.lan', { language, script });
  const { page } = me;
  const fill = (id, value) => page.locator(`[id="${id}"]`).fill(value);
  const tick = (name, value) => page.locator(`input[name="${name}"][value="${value}"]`).check();
  await me.go('/records', 'records');
  const single = page.locator('a[href$="/items"]').first();
  if (await single.count()) {
    const seal = page.locator('a[href*="/acts/"]').first();
    const act = await seal.getAttribute('href');
    await me.click(single, 'items');
    await me.click(page.locator('main form button').last(), 'items-errors');
    await me.go(act, 'seal');
  }
  await me.go('/records/queries/new', 'query-form');
  await me.click(page.locator('main form button'), 'query-errors');
  assert.ok((await page.locator('.summary a').count()) >= 7, 'the summary names what is missing');
  await fill('applicant', '清源市中级人民法院刑一庭');
  await tick('basis', 'justice_case');
  await fill('rule_cited', '（2026）清刑初字第7号');
  await fill('purpose', '审理漏罪');
  await fill('name', '林小禾');
  await fill('letter', '清法函〔2026〕7号');
  for (const name of ['written_application', 'person_verified', 'undertaking_signed']) await tick(name, 'true');
  await me.click(page.locator('main form button'), 'query');
  const query = new URL(page.url()).pathname;
  await me.go('/records/queries', 'queries');
  await me.go('/records/certificates/new', 'certificate-form');
  await tick('applicant', 'child');
  await fill('name', '林小禾');
  await tick('identity_checked', 'true');
  await me.click(page.locator('main form button'), 'certificate');
  await me.context.close();
  const chief = await person('qian.li', { language, script });
  await chief.go(query, 'query-decide');
  await chief.page.locator('input[name="allow"][value="false"]').check();
  await chief.page.locator('#grounds').fill('不属于法律规定的查询情形');
  await chief.click(chief.page.locator('main form button').last(), 'query-decided');
  assert.equal(await chief.page.locator('#grounds').count(), 0, 'it is decided');
  await chief.context.close();
}

/** A case is offered to another office, which is told; the offer is withdrawn. */
async function elsewhere(language, at) {
  const me = await person('wu.min', { language });
  const { page } = me;
  await me.go(`${at}/transfer`, 'transfer');
  await me.go('/transfers', 'transfers');
  await me.go('/account/tokens', 'tokens');
  await page.locator('#label').fill('台账');
  await page.locator('input[name="scope"][value="read"]').check();
  await page.locator('#days').fill('30');
  await me.click(page.locator('main form button').last(), 'tokens-step-up');
  await me.context.close();
}

/** A passkey is registered, and signs in. */
async function passkey(language) {
  const me = await person('xu.lan', { language });
  const { page, context } = me;
  const browser = await context.newCDPSession(page);
  await browser.send('WebAuthn.enable');
  await browser.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await me.go('/account');
  await me.click(page.locator('[data-passkey="add"]'), 'account-passkey');
  await me.click(page.locator('form[action="/sign-out"] button'));
  await me.click(page.locator('[data-passkey="sign-in"]'));
  assert.equal(new URL(page.url()).pathname, '/', 'signed in with the passkey');
  await context.close();
}

async function others(language) {
  for (const [login, pages] of [
    ['qian.li', ['/', '/cases']],
    ['fang.qing', ['/', '/cases']],
    ['sun.lan', ['/', '/cases/find']],
    ['admin', ['/', '/staff', '/status', '/packs']],
    ['tang.ye', ['/', '/outcomes']],
  ]) {
    const me = await person(login, { language });
    for (const path of pages) await me.go(path, `${login}${path.replaceAll('/', '-').replace(/-$/, '')}`);
    await me.context.close();
  }
}

/** A form that was filled in while the session ended is sent after signing in again. */
async function ended(language, at) {
  const me = await person('zhou.yuan', { language });
  const { page } = me;
  await me.go(`${at}/safeguards/S03`);
  await page.locator('[id="i.defender_name"]').fill('周律师');
  await me.context.clearCookies({ name: '__Host-tutela' });
  await page.getByRole('button', { name: me.w.check, exact: true }).click();
  await page.waitForLoadState();
  assert.equal(await page.locator('input[name="i.defender_name"]').getAttribute('value'), '周律师', 'kept');
  await page.screenshot({ path: `${folder}/session-ended-${language}.png`, fullPage: true });
  await me.context.close();
}

async function stranger(language) {
  const context = await browser.newContext({ locale: language === 'zh' ? 'zh-CN' : 'en-GB', viewport: { width: 1366, height: 768 } });
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  await page.goto(`${origin}/cases`);
  assert.equal(new URL(page.url()).pathname, '/sign-in', 'led to signing in');
  await page.screenshot({ path: `${folder}/sign-in-${language}.png` });
  await page.locator('#login').fill('zhao.ning');
  await page.locator('#password').fill('not the password at all');
  await page.locator('main form button').first().click();
  await page.waitForSelector('.summary');
  assert.equal(await page.locator('#login').inputValue(), 'zhao.ning');
  // The refusal itself is a line in the console of some browsers: its status.
  assert.deepEqual(said.filter((text) => !text.includes('401')), [], 'the policy for content holds without a bypass');
  const gone = await page.goto(`${origin}/nothing/here`);
  assert.equal(gone.status(), 404);
  await page.screenshot({ path: `${folder}/not-found-${language}.png` });
  await context.close();
}

try {
  for (const language of ['zh', 'en']) {
    await stranger(language);
    const at = await clerk(language, true);
    await prosecutor(language, true, at);
    await two(language, at);
    await worklist(language, true);
    await typed(language, at);
    await supervisor(language, true, at);
    await team(language, true);
    await chief(language, true);
    await social(language, true, at);
    await measure(language, true, at);
    await visit(language, true, at);
    await emergency(language, true, at);
    await admin(language, true);
    await others(language);
    await records(language, true);
    await elsewhere(language, at);
    await passkey(language);
    await ended(language, at);
    // The same without a script.
    const plain = await clerk(language, false);
    await prosecutor(language, false, plain);
    await worklist(language, false);
    await two(language, plain, false);
    await social(language, false, plain);
    await measure(language, false, plain);
    await visit(language, false, plain);
    await emergency(language, false, plain);
    await admin(language, false);
    await supervisor(language, false, plain);
    await team(language, false);
    await chief(language, false);
    await records(language, false);
    const dark = await person('zhao.ning', { language, dark: true });
    await dark.go('/', 'home-prosecutor');
    await dark.go(at, 'case');
    await dark.context.close();
    const phone = await person('zhao.ning', { language, phone: true });
    await phone.go('/', 'home-prosecutor');
    await phone.go(at, 'case');
    await phone.go(`${at}/safeguards/S03`, 'evidence');
    await phone.context.close();
    const mobile = await person('fang.qing', { language, phone: true });
    await mobile.go('/', 'work-social-worker');
    await mobile.context.close();
    const tablet = await person('he.jing', { language, phone: true });
    await tablet.go('/team', 'team');
    await tablet.context.close();
    const worker = await person('fang.qing', { language, phone: true });
    await worker.go('/children', 'children');
    await worker.go(`${at}/child`, 'child');
    await worker.go(`${at}/assessments`, 'assessments');
    await worker.context.close();
    for (const mode of [{ dark: true }, { phone: true }]) {
      const above = await person('he.jing', { language, ...mode });
      await above.go('/outcomes', 'outcomes');
      await above.context.close();
      const keeper = await person('sun.lan', { language, ...mode });
      await keeper.go('/records', 'records');
      await keeper.context.close();
    }
  }
} catch (error) {
  faults.push(String(error.stack));
} finally {
  await browser.close();
}
const heaviest = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 5).map(([path, size]) => `${path} ${(size / 1024).toFixed(0)} KiB`);
console.log(`${visited} pages were looked at, the heaviest ${heaviest.join(', ')}; pictures in ${folder}`);
if (faults.length) {
  console.error([...new Set(faults)].join('\n'));
  process.exit(1);
}
