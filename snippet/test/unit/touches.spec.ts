import { settings } from './settings';
import { expect, test } from '@playwright/test';
import { earning } from '../../src/earning';
import { kept } from '../../src/kept';
import { remember } from '../../src/remember';
import { touchFrom } from '../../src/touchFrom';
import { Jar } from './jar';

const day = 864e5;
const touch = (affiliate: string, age: number) => ({ affiliate, kind: 'id' as const, at: Date.now() - age });

test.beforeEach(() => {
  new Jar('example.com', []);
});

test.afterEach(() => {
  Object.assign(globalThis, settings);
});

test('the cookie reads back as it was written, in letters that every server takes', () => {
  remember({ affiliate: 'a.b_c-d~e', kind: 'code', at: 1 });
  expect(kept().latest).toEqual({ affiliate: 'a.b_c-d~e', kind: 'code', at: 1 });
  expect(document.cookie).toMatch(/^trb=[\w+/=]+$/);
});

test('of several cookies of ours one that reads counts', () => {
  const jar = new Jar('example.com', []);
  jar.kept.set('trb ', 'junk');
  remember(touch('1', 0));
  expect(kept().latest?.affiliate).toBe('1');
});

test('the first touch stays, however old, where the latest earns', () => {
  remember(touch('1', 100 * day));
  remember(touch('2', 0));
  expect([kept().first?.affiliate, earning()?.affiliate]).toEqual(['1', '2']);
});

test('where the first earns, the next oldest follows it once it is too old', () => {
  Object.assign(globalThis, { FIRST_EARNS: true });
  remember(touch('1', 91 * day));
  remember(touch('2', 30 * day));
  expect(earning()?.affiliate).toBe('2');
  remember(touch('3', 0));
  expect(earning()?.affiliate).toBe('2');
});

test('touchFrom takes the first that names an affiliate', () => {
  const read = (given: Record<string, string | null>) => touchFrom(settings.PARAMS, (name) => given[name])?.affiliate;
  expect(read({ affiliate: '1', aff: 'b' })).toBe('1');
  expect(read({ affiliate: '0', aff: 'b' })).toBe('b');
  expect(read({ affiliate: null })).toBeUndefined();
  expect(read({ aff: 'a'.repeat(64) })).toBe('a'.repeat(64));
  for (const none of ['', '0', 'a'.repeat(65), 'a b', 'é', '1\n', '<', '*'])
    expect(read({ aff: none }), none).toBeUndefined();
  for (const some of ['00', '0.', '10', '~', 'null']) expect(read({ aff: some }), some).toBe(some);
});
