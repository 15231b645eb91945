import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';

// The life of an opt-in as a person sees it: the demo, as it is shipped, in a real browser.

interface Addresses {
  landing: string;
  portal: string;
  vendor: string;
  keap: string;
}

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
let demo: ChildProcess;
let at: Addresses;

function address(text: string, name: string): string {
  const found = new RegExp(`${name}\\s+(http\\S+)`).exec(text);
  if (!found?.[1]) throw new Error(`the demo names no ${name}: ${text}`);
  return found[1].replace(/\/$/, '');
}

async function welcome(): Promise<string> {
  let text = '';
  for await (const chunk of demo.stdout ?? []) {
    text += String(chunk);
    if (text.includes('Ctrl-C')) break;
  }
  return text;
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  demo = spawn(program, ['demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = await welcome();
  at = {
    landing: address(text, 'landing pages'),
    portal: address(text, "affiliate's page"),
    vendor: address(text, 'form vendor'),
    keap: address(text, "Keap's sandbox"),
  };
});

test.afterAll(async () => {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
});

interface Referral {
  referral_partner_id: string;
  source: string;
  ip_address: string;
  referral_time: string;
  contact_id: string;
}

interface State {
  referrals: Referral[];
  contacts: { id: string; email_addresses?: { email: string }[] }[];
}

async function referralsOf(page: Page, email: string): Promise<Referral[]> {
  const state = (await (await page.request.get(`${at.keap}/state`)).json()) as State;
  const contact = state.contacts.find((c) => JSON.stringify(c).includes(email));
  return state.referrals.filter((r) => r.contact_id === contact?.id);
}

async function fillIn(page: Page, email: string): Promise<void> {
  await page.locator('input[name=first_name]').fill('Ann');
  await page.locator('input[name=email]').fill(email);
  await page.locator('form.signup').locator('button, input[type=submit]').click();
}

for (const [kind, partner] of [
  ['native', '101'],
  ['fetch', '101'],
  ['jquery', '102'],
  ['late', '102'],
] as const) {
  test(`an opt-in on the ${kind} form reaches Keap for the affiliate`, async ({ page }) => {
    const email = `${kind}@example.com`;
    await page.goto(`${at.landing}/${kind}?affiliate=${partner}`);
    await expect(page.locator('form input[name=affiliate]')).toHaveValue(partner);
    const before = Date.now();
    await fillIn(page, email);
    await expect(page.getByText('tributary_id').first()).toBeVisible();
    await expect.poll(() => referralsOf(page, email), { timeout: 15_000 }).toHaveLength(1);
    const [referral] = await referralsOf(page, email);
    expect(referral?.referral_partner_id).toBe(partner);
    expect(referral?.source).toMatch(/^tributary:[0-9a-f-]{36}$/);
    expect(referral?.ip_address).toBe('127.0.0.1');
    expect(Math.abs(Date.parse(referral?.referral_time ?? '') - before)).toBeLessThan(5_000);
  });
}

test('0 changes nothing, the latest affiliate wins, and a code is resolved', async ({ page }) => {
  await page.goto(`${at.landing}/native?affiliate=101`);
  await expect(page.locator('form input[name=affiliate]')).toHaveValue('101');
  await page.goto(`${at.landing}/native?affiliate=0`);
  await expect(page.locator('form input[name=affiliate]')).toHaveValue('101');
  await page.goto(`${at.landing}/native?aff=maple-garden`);
  await expect(page.locator('form input[name=affiliate]')).toHaveValue('maple-garden');
  await fillIn(page, 'by-code@example.com');
  await expect.poll(() => referralsOf(page, 'by-code@example.com'), { timeout: 15_000 }).toHaveLength(1);
  expect((await referralsOf(page, 'by-code@example.com'))[0]?.referral_partner_id).toBe('103');
});

/** The form inside the webinar vendor's frame, once that carries what it should. */
async function registerAt(page: Page, marker: RegExp, email: string): Promise<void> {
  await expect.poll(() => page.frames().some((frame) => marker.test(frame.url())), { timeout: 10_000 }).toBe(true);
  const form = page.frameLocator('iframe').locator('form');
  await form.locator('input[name=first_name]').fill('Ann');
  await form.locator('input[type=email]').fill(email);
  await form.locator('button').click();
}

test("EverWebinar's form in a frame reaches Keap by the thank-you page, whose address keeps nothing of the person", async ({
  page,
}) => {
  const email = 'webinar@example.com';
  await page.goto(`${at.landing}/webinar?affiliate=101`);
  await registerAt(page, /form-embed.*utm_content=trb-id-101/, email);
  await page.waitForURL(/webinar-thanks/);
  await expect.poll(() => page.url()).not.toContain('wj_lead');
  await expect.poll(() => referralsOf(page, email), { timeout: 15_000 }).toHaveLength(1);
  expect((await referralsOf(page, email))[0]?.referral_partner_id).toBe('101');
});

test("our tag inside the vendor's form is handed the touch by the page around it", async ({ page }) => {
  const email = 'tagged@example.com';
  await page.goto(`${at.landing}/webinar-tagged?affiliate=102`);
  await expect(page.frameLocator('iframe').locator('input[name=affiliate]')).toHaveValue('102', { timeout: 10_000 });
  await registerAt(page, /form-embed/, email);
  await expect.poll(() => referralsOf(page, email), { timeout: 15_000 }).toHaveLength(1);
  expect((await referralsOf(page, email))[0]?.referral_partner_id).toBe('102');
});

test("the affiliate's page counts an opt-in without a reload", async ({ page, context }) => {
  await page.goto(at.portal);
  await page.getByRole('button').first().click();
  const counts = page.locator('.funnel');
  await expect(counts).toContainText('Opt-ins');
  const rows = page.locator('li[data-optin]');
  const before = await rows.count();
  await page.evaluate(() => {
    document.body.dataset.same = 'page';
  });
  const other = await context.newPage();
  await other.goto(`${at.landing}/native?affiliate=101`);
  await fillIn(other, 'live-count@example.com');
  await expect(rows).toHaveCount(before + 1, { timeout: 10_000 });
  await expect(rows.first()).toContainText('li•••@e•••.com');
  await expect(rows.first()).toContainText('Credited', { timeout: 15_000 });
  await expect(page.locator('body')).toHaveAttribute('data-same', 'page');
  expect(await page.content()).not.toContain('live-count@example.com');
});
