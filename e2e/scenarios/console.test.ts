// The console in headless Chromium, on a deployment with the real engine. Its screenshots go to out/console.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodePicture } from '@instgenie/pictures';
import { testPicture } from '@instgenie/worker/testing';
import { type Browser, chromium, type Page } from 'playwright-core';
import { Cluster } from '../harness/cluster.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const skip = executablePath === undefined && 'there is no Chromium here (Debian: apt-get install chromium)';
const out = join(import.meta.dirname, '../../out/console');
const timeout = 60_000;

let cluster: Cluster;
let browser: Browser;
before(async () => {
  if (executablePath === undefined) return;
  await mkdir(out, { recursive: true });
  cluster = await Cluster.start({ workers: 1, kind: 'tiny', hasRedis: true, tenants: ['acme'] });
  const client = cluster.client();
  for (const seed of [1, 2]) {
    await client.templates.create(await encodePicture(testPicture(seed), 'png'), { name: `poster ${seed}`, steps: 4 });
  }
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await cluster?.[Symbol.asyncDispose]();
});

/** The page with a key, and what went wrong in it. */
async function open(size: { readonly width: number; readonly height: number }) {
  const page = await browser.newPage({ viewport: size });
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
  const key = cluster.apiKey() ?? '';
  await page.addInitScript((text) => sessionStorage.setItem('key', text), key);
  await page.goto(`http://127.0.0.1:${cluster.gateways[0]?.at.http}/`);
  await page.waitForSelector('#template-list li', { timeout });
  await pictured(page);
  return { page, errors, key };
}

/** Resolves when the chosen template can be painted on. */
async function pictured(page: Page): Promise<void> {
  await page.waitForSelector('#picture[aria-busy="false"]', { timeout });
}

async function ended(page: Page, edits: number): Promise<void> {
  await page
    .locator('#facts .phases')
    .nth(edits - 1)
    .waitFor({ timeout });
}

test('a mask is painted by pointer, and the edit is compared with a dense one', { skip }, async () => {
  const { page, errors } = await open({ width: 1400, height: 1000 });
  const box = await page.locator('#picture').boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.4, { steps: 4 });
  await page.mouse.up();
  assert.match((await page.locator('#ratio').textContent()) ?? '', /% may change/);
  await page.locator('#prompt').fill('a red fox');
  await page.locator('#dense').check();
  await page.locator('#run').click();
  await ended(page, 2);
  const facts = await page.locator('#facts').innerText();
  assert.match(facts, /cache miss, worker-1/);
  assert.match(facts, /cache dense, worker-1/);
  const [before, after] = [page.locator('#before'), page.locator('#after')];
  assert.notEqual(await before.getAttribute('src'), await after.getAttribute('src'));
  assert.equal(await page.locator('#message').textContent(), '');
  assert.match(await page.locator('#status').innerText(), /1 of 1 workers serve tiny/);
  await page.screenshot({ path: join(out, 'wide.png'), fullPage: true });
  assert.deepEqual(errors, []);
});

test('all of it works by keys, and the second edit of a template is warm', { skip }, async () => {
  const { page, errors } = await open({ width: 1400, height: 1000 });
  await page.locator('#template-list').focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#template-list li[aria-selected="true"]').count(), 1);
  await pictured(page);
  await page.locator('#picture').focus();
  for (const key of ['ArrowUp', ' ', 'ArrowRight', ' ']) await page.keyboard.press(key);
  await page.locator('#prompt').fill('a red fox');
  await page.keyboard.press('Control+Enter');
  await ended(page, 1);
  await page.keyboard.press('Control+Enter');
  await page.locator('#facts', { hasText: 'cache hit' }).waitFor({ timeout });
  assert.deepEqual(errors, []);
});

test('mistakes are told in words, and the picture with its mask stays', { skip }, async () => {
  const { page } = await open({ width: 1400, height: 1000 });
  await page.locator('#run').click();
  assert.equal(await page.locator('#message').textContent(), 'paint over what may change first');
  await page.keyboard.press('Escape');
  await page.locator('#invert').click();
  await page.locator('#run').click();
  assert.equal(await page.locator('#message').textContent(), 'say what to paint');
  await page.locator('#key').fill('ik_wrong');
  await page.locator('#key').blur();
  await page.locator('#message', { hasText: 'API key' }).waitFor({ timeout });
});

test('on a small screen nothing is wider than it', { skip }, async () => {
  const { page, errors } = await open({ width: 390, height: 840 });
  const isFitting = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
  await page.screenshot({ path: join(out, 'narrow.png'), fullPage: true });
  assert.ok(isFitting);
  assert.deepEqual(errors, []);
});

test('a request of the page can be repeated elsewhere, and holds no key', { skip }, async () => {
  const { page, key } = await open({ width: 1400, height: 1000 });
  await page.locator('#prompt').fill('a fox\'s "tail"');
  await page.locator('#snippets summary').click();
  for (const language of ['curl', 'grpcurl', 'TypeScript', 'Python']) {
    await page.locator('#snippet-tabs button', { hasText: language }).first().click();
    const text = await page.locator('#snippet').innerText();
    assert.match(text, /fox/);
    assert.ok(!text.includes(key));
  }
});
