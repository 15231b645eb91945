import { expect, test } from '@playwright/test';
import { quiet } from '../../src/quiet';

test('gives back what the work gives', () => {
  expect(quiet((a: number, b: number) => a + b)(1, 2)).toBe(3);
});

test('keeps an error to itself', () => {
  const broken = (): string => {
    throw new Error('of no interest');
  };
  expect(quiet(broken)()).toBeUndefined();
});
