import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';

// The whole life of one opt-in, walked by the four people in it: an affiliate, a visitor, the owner, and who looks at Keap.

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
const email = 'vera.visitor@example.com';
let demo: ChildProcess;
let said = '';

const address = (name: string): string => {
  const found = new RegExp(`${name}\\s+(http\\S+)`).exec(said);
  if (!found?.[1]) throw new Error(`the demo names no ${name}: ${said}`);
  return found[1].replace(/\/$/, '');
};

test.beforeAll(async () => {
  demo = spawn(program, ['demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const chunk of demo.stdout ?? []) {
    said += String(chunk);
    if (said.includes('Ctrl-C')) break;
  }
});

test.afterAll(async () => {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
});

/** Somebody with a browser of their own. */
async function somebody(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' });
  return context.newPage();
}

async function atTheDesk(browser: Browser): Promise<Page> {
  const owner = await somebody(browser);
  await owner.goto(`${address('landing pages')}/desk`);
  await owner.locator('button').first().click();
  await owner.waitForURL(/\/admin/);
  return owner;
}

test('an opt-in is born, credited, seen, explained, and erased', async ({ browser }) => {
  test.setTimeout(120_000);
  const affiliate = await somebody(browser);
  await affiliate.goto(address("affiliate's page"));
  await affiliate.getByRole('button').first().click();
  await expect(affiliate.locator('#line')).toHaveText('Live');
  const desk = new URL(affiliate.url()).origin;
  const rows = affiliate.locator('li[data-optin]');
  const before = await rows.count();

  // The affiliate makes a link of their own, in another tab.
  const builder = await affiliate.context().newPage();
  await builder.goto(`${desk}/portal/links`);
  await builder.locator('#other').fill(`${address('landing pages')}/native`);
  await builder.getByLabel('Sub-id').fill('mail seven');
  await builder.getByRole('button', { name: 'Make the link' }).click();
  const link = await builder.locator('#built .link code').innerText();
  expect(link).toContain('utm_content=mail');
  await expect(builder.getByAltText('QR code of your link')).toBeVisible();

  // A visitor comes by it and signs up.
  const visitor = await somebody(browser);
  await visitor.goto(link);
  await visitor.locator('input[name=first_name]').fill('Vera');
  await visitor.locator('input[name=email]').fill(email);
  await visitor.locator('form.signup').locator('button, input[type=submit]').click();
  await expect(visitor.getByText('tributary_id').first()).toBeVisible();

  // The affiliate's open page shows it, masked, and then that it is credited.
  await expect(rows).toHaveCount(before + 1, { timeout: 10_000 });
  await expect(rows.first()).toContainText('Credited', { timeout: 20_000 });
  await expect(rows.first()).not.toContainText('vera.visitor');
  await affiliate.goto(`${desk}/portal?by=sub_id`);
  await expect(affiliate.locator('.bars tr', { hasText: 'mail seven' }).locator('td')).toHaveText(['1', '1', /100/, '1']);

  // Keap has the referral.
  const keap = await somebody(browser);
  await keap.goto(address("Keap's sandbox"));
  await expect(keap.locator('body')).toContainText(email);

  // The owner finds it, reads what happened, and asks why.
  const owner = await atTheDesk(browser);
  await owner.goto(`${desk}/admin/events`);
  await expect(owner.locator('tr[data-event]', { hasText: /opt-in/i }).first()).toContainText('/native');
  await owner.goto(`${desk}/admin/optins`);
  await owner.getByLabel('E-mail').fill(email);
  await owner.getByRole('button', { name: 'Show' }).click();
  await owner.getByRole('link', { name: email }).click();
  const steps = owner.locator('.trace li');
  await expect(steps.first()).toContainText(/received/i);
  await expect(steps.last()).toContainText(/credited/i);
  await expect(owner.locator('.facts')).toContainText('mail seven');
  await owner.goto(`${desk}/admin/why?q=${encodeURIComponent(email)}`);
  await expect(owner.locator('.answers li').first()).toContainText(/credited/i);

  // The visitor wants it erased: the owner hands out what is held, and erases it.
  await owner.goto(`${desk}/admin/people?email=${encodeURIComponent(email)}`);
  const download = owner.waitForEvent('download');
  await owner.getByRole('link', { name: 'Download all of it' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('Vera');
  await owner.getByLabel(`Yes, erase ${email}`).check();
  await owner.getByRole('button', { name: 'Erase' }).click();
  await owner.goto(`${desk}/admin/people?email=${encodeURIComponent(email)}`);
  await expect(owner.getByRole('heading', { name: 'Nothing is held of this person' })).toBeVisible();
  await owner.goto(`${desk}/admin/audit`);
  await expect(owner.locator('main')).toContainText('person.erase');
  await expect(owner.locator('main')).not.toContainText(email);

  // It still counts for the affiliate.
  await affiliate.goto(`${desk}/portal?by=sub_id`);
  await expect(affiliate.locator('.bars tr', { hasText: 'mail seven' }).locator('td')).toHaveText(['1', '1', /100/, '1']);
  await expect(rows).toHaveCount(before + 1);
});
