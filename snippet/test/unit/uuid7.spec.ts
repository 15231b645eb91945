import { expect, test } from '@playwright/test';
import './settings';
import { uuid7 } from '../../src/uuid7';

test('is a UUID of version 7, led by the time', () => {
  const before = Date.now();
  const id = uuid7();
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  const at = parseInt(id.replace('-', '').slice(0, 12), 16);
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});

test('does not repeat', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => uuid7())).size).toBe(10_000);
});
