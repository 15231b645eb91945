import { expect, test } from '@playwright/test';
import { bare } from '../../src/bare';

for (const [address, left] of [
  ['https://example.com/a/b?email=ann@example.com#x', 'https://example.com/a/b'],
  ['http://example.com/#ann', 'http://example.com/'],
  ['https://example.com', 'https://example.com'],
  ['mailto:ann@example.com', undefined],
  ['javascript:void(0)', undefined],
  ['', undefined],
  ['https://example.com/' + 'x'.repeat(600), 'https://example.com/' + 'x'.repeat(484)],
] as const) {
  test(`of ${address.slice(0, 50)}`, () => {
    expect(bare(address)).toBe(left);
  });
}
