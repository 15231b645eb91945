import './settings';
import { expect, test } from '@playwright/test';
import { setCookie } from '../../src/setCookie';
import { Jar } from './jar';

const suffixes = ['com', 'uk', 'co.uk', 'github.io'];

for (const [host, place] of [
  ['www.example.com', 'trb example.com'],
  ['example.com', 'trb example.com'],
  ['a.b.c.example.co.uk', 'trb example.co.uk'],
  ['ann.github.io', 'trb ann.github.io'],
  ['co.uk', 'trb '],
  ['localhost', 'trb localhost'],
]) {
  test(`the widest domain on ${host}`, () => {
    const jar = new Jar(host, suffixes);
    expect(setCookie('value', 60)).toBe(true);
    expect([...jar.kept]).toEqual([[place, 'value']]);
    expect(jar.tried.at(-1)).toMatch(/^trb=value;path=\/;samesite=lax;max-age=60;domain=[\w.]*;secure$/);
  });
}

test('a top-level domain is not even tried: Firefox would tell of it in the console', () => {
  const jar = new Jar('www.example.com', suffixes);
  setCookie('value', 60);
  expect(jar.tried).toHaveLength(1);
});

test('over http it is not secure', () => {
  const jar = new Jar('example.com', suffixes, 'http:');
  setCookie('value', 60);
  expect(jar.tried.at(-1)).not.toContain('secure');
});

test('a browser that keeps no cookies says no', () => {
  new Jar('example.com', ['example.com', '']);
  Object.assign(globalThis, { document: { cookie: '' } });
  Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined });
  expect(setCookie('value', 60)).toBe(false);
});

test('erasing reaches every domain', () => {
  const jar = new Jar('www.example.com', suffixes);
  for (const place of ['trb ', 'trb example.com', 'trb www.example.com', 'other ']) jar.kept.set(place, 'x');
  setCookie('', 0);
  expect([...jar.kept.keys()]).toEqual(['other ']);
});
