// Pictures of the main pages. Usage: node pictures.mjs DOOR FOLDER   where DOOR is the address that `tutela demo` printed.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [door, folder] = process.argv.slice(2);
const origin = new URL(door).origin;
mkdirSync(folder, { recursive: true });
// A browser's own words, in fields of days and times, are those of its user's language.
const launch = (LANGUAGE) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  env: { ...process.env, LANGUAGE },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const browsers = { zh: await launch('zh_CN'), en: await launch('en_GB') };
const ways = [{}, { dark: true }, { phone: true }];
const check = { zh: '核对', en: 'Check' };
let made = 0;

/** Somebody at a browser of their own. */
async function enter(login, language, { dark = false, phone = false } = {}) {
  const context = await browsers[language].newContext({
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Asia/Shanghai',
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 390, height: 844 } : { width: 1366, height: 768 },
  });
  const page = await context.newPage();
  await page.goto(door);
  const row = page.locator('tr', { has: page.locator(`input[value="${login}"]`) });
  await Promise.all([page.waitForNavigation(), row.locator('button').click()]);
  const ending = `${language}${dark ? '-dark' : ''}${phone ? '-phone' : ''}`;
  return {
    page, context,
    async go(path) {
      const answer = await page.goto(origin + path);
      assert.ok(answer.status() < 400, `${login} ${path}: ${answer.status()}`);
    },
    /** The page as it is: the whole of it, the first screen, or one part. */
    async picture(name, { part, screen } = {}) {
      const path = `${folder}/${name}-${ending}.png`;
      if (part) await page.locator(part).first().screenshot({ path });
      else await page.screenshot({ path, fullPage: !screen });
      made += 1;
    },
  };
}

/** Pages that somebody opens by their address, with the names of the pictures. */
async function visit(login, language, pages) {
  for (const way of ways) {
    const me = await enter(login, language, way);
    for (const [name, path] of pages) {
      await me.go(path);
      await me.picture(name, { screen: true });
      await me.picture(`${name}-whole`);
    }
    await me.context.close();
  }
}

/** The case of a prosecutor in which most is going on. */
async function busiest() {
  const me = await enter('zhao.ning', 'zh');
  await me.go('/cases');
  const all = await me.page.locator('table.cases th a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
  let best = [all[0], -1];
  for (const href of all.slice(0, 25)) {
    await me.go(href);
    const count = async (what) => me.page.locator(what).count();
    const [clocks, barred, acts, held] = [await count('.clocks .bar'), await count('.barred details'), await count('.acts > li'), await count('.held')];
    const worth = Math.min(clocks, 6) * 3 + Math.min(barred, 6) + Math.min(acts, 6) + held * 4;
    if (worth > best[1]) best = [href, worth];
  }
  await me.context.close();
  return best[0];
}

/** Tries an act without what it asks for; gives how many rules stand against it. */
async function attempt(me, language, href) {
  await me.go(href);
  const button = me.page.getByRole('button', { name: check[language], exact: true });
  if (!(await button.count())) return 0;
  await Promise.all([me.page.waitForNavigation(), button.click()]);
  return me.page.locator('.summary .source').count();
}

/** The act of a prosecutor's cases against which most rules stand. */
async function forbidden() {
  const me = await enter('zhao.ning', 'zh');
  await me.go('/cases');
  const cases = await me.page.locator('table.cases th a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
  let best = ['', 0];
  for (const at of cases.slice(0, 10)) {
    await me.go(at);
    const acts = await me.page.locator('main a[href*="/acts/"]').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
    for (const href of new Set(acts)) {
      const rules = await attempt(me, 'zh', href);
      if (rules > best[1] && rules <= 5) best = [href, rules];
    }
  }
  await me.context.close();
  return best[0];
}

/** The page says everything that stands against an act, and where what is missing is recorded. */
async function refused(language, act) {
  for (const way of ways) {
    const me = await enter('zhao.ning', language, way);
    await attempt(me, language, act);
    await me.picture('refused', { screen: true });
    await me.picture('refused-whole');
    await me.context.close();
  }
}

/** A social worker begins an assessment, section by section, on the screen and on the phone. */
async function assessment(language) {
  const clerk = await enter('fang.qing', language);
  await clerk.go('/children');
  const at = await clerk.page.locator('.children h2 a').first().getAttribute('href');
  await clerk.context.close();
  for (const way of ways) {
    const me = await enter('fang.qing', language, way);
    await me.go(`${at}/assessments`);
    await me.picture('assessments', { screen: true });
    const begin = me.page.locator(`form[action="${at}/assessments/begin"]`, { has: me.page.locator('input[value="risk_and_needs"]') }).locator('button');
    const there = me.page.locator('main table a[href*="/assessments/"], main li a[href*="/assessments/"]');
    if (await begin.count()) await Promise.all([me.page.waitForNavigation(), begin.click()]);
    else await Promise.all([me.page.waitForNavigation(), there.first().click()]);
    if (!me.page.url().endsWith('/draft')) await me.go(`${new URL(me.page.url()).pathname.replace(/\/draft.*/, '')}/draft`);
    await me.picture('draft', { screen: true });
    const sections = await me.page.locator('.tasks a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
    await me.go(sections.find((href) => href.endsWith('/overall')) ?? sections[1]);
    await me.picture('assessment', { screen: true });
    await me.picture('assessment-whole');
    await me.context.close();
  }
}

try {
  const [at, act] = [await busiest(), await forbidden()];
  for (const language of ['zh', 'en']) {
    await visit('zhao.ning', language, [
      ['worklist', '/'], ['cases', '/cases'], ['case', at], ['journal', `${at}/journal`], ['people', `${at}/people`],
      ['forms', `${at}/assessments`], ['child', `${at}/child`], ['measures', `${at}/measures`], ['way', `${at}/way`],
    ]);
    const me = await enter('zhao.ning', language);
    await me.go(at);
    await me.picture('clocks', { part: 'section[aria-labelledby="clocks"]' });
    await me.context.close();
    await refused(language, act);
    await assessment(language);
    await visit('fang.qing', language, [['worklist-social', '/'], ['children', '/children']]);
    await visit('qian.li', language, [['worklist-chief', '/'], ['team-chief', '/team']]);
    await visit('wu.min', language, [['worklist-clerk', '/'], ['open', '/cases/new?pack=cn-procuratorate&event=T11']]);
    await visit('he.jing', language, [
      ['worklist-supervisor', '/'], ['team', '/team'], ['audit', '/ledger'], ['audit-case', `${at}/audit`],
      ['outcomes', '/outcomes'], ['emergencies', '/emergencies'],
    ]);
    await visit('sun.lan', language, [['home-records', '/'], ['records', '/records'], ['queries', '/records/queries'], ['certificate', '/records/certificates/new']]);
    await visit('luo.ping', language, [
      ['home-admin', '/'], ['staff', '/staff?office=HW'], ['office-new', '/staff/offices/new'], ['packs', '/packs'],
      ['pack', '/packs/cn-procuratorate'], ['status', '/status'], ['account', '/account'],
    ]);
    await visit('tang.ye', language, [['home-researcher', '/']]);
  }
} finally {
  for (const browser of Object.values(browsers)) await browser.close();
}
console.log(`${made} pictures in ${folder}`);
