import './settings';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { normalEmail } from '../../src/normalEmail';
import { sha256 } from '../../src/sha256';
import { told } from '../../src/told';

const table = path.resolve(import.meta.dirname, '../../../internal/attribution/testdata/emails.json');

const hashed = (text: string) => createHash('sha256').update(text).digest('hex');

for (const [name, given, normal] of JSON.parse(readFileSync(table, 'utf8')) as [string, string, string][]) {
  test(`an address as the collector writes it: ${name}`, () => {
    expect(normalEmail(given)).toBe(normal);
    Object.assign(globalThis, { EMAIL: 'hash' });
    expect(told({ email: given, first_name: 'Ann', phone: '1' })).toEqual({ email_hash: hashed(normal) });
  });
}

test('the hash is right for every length of some blocks', () => {
  for (let length = 0; length < 200; length++)
    expect(sha256('é'.repeat(length % 3) + 'a'.repeat(length)), String(length)).toBe(
      hashed('é'.repeat(length % 3) + 'a'.repeat(length)),
    );
});

test('what the site chose not to send is not told', () => {
  const ann = { email: 'ann@example.com', first_name: 'Ann' };
  Object.assign(globalThis, { EMAIL: 'send' });
  expect(told(ann)).toEqual(ann);
  Object.assign(globalThis, { EMAIL: 'none' });
  expect(told(ann)).toBeUndefined();
});
