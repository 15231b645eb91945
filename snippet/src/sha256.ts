/** Whether the number has a divisor between 2 and itself. */
const isPrime = (n: number): boolean => ![...Array(n).keys()].some((d) => d > 1 && n % d === 0);

/** The first 64. Made when they are needed: what stands outside of functions is in every site's script. */
const primes = (): number[] => [...Array(312).keys()].slice(2).filter(isPrime);

/** The first 32 bits of what is behind the point: FIPS 180-4 takes its constants from roots of the first primes. */
const fraction = (n: number): number => ((n % 1) * 2 ** 32) | 0;

const turn = (n: number, bits: number): number => (n >>> bits) | (n << (32 - bits));

/**
 * SHA-256 of a text's UTF-8, as hexadecimal digits. The browser's own is asynchronous and missing on http pages, and a
 * submit does not wait.
 */
export const sha256 = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  const words = new Uint32Array((((bytes.length + 8) >> 6) + 1) * 16);
  [...bytes, 128].forEach((byte, i) => (words[i >> 2] |= byte << (24 - 8 * (i % 4))));
  words[words.length - 1] = bytes.length * 8;
  const sum = Uint32Array.from(primes().slice(0, 8), (prime) => fraction(prime ** (1 / 2)));
  for (let i = 0; i < words.length; i += 16) compress(sum, words.slice(i, i + 16));
  return Array.from(sum, (word) => word.toString(16).padStart(8, '0')).join('');
};

/** One block of 16 words goes into the sum. */
const compress = (sum: Uint32Array, block: Uint32Array): void => {
  const w = new Uint32Array(64);
  w.set(block);
  let [a, b, c, d, e, f, g, h] = sum;
  primes().forEach((prime, i) => {
    const x = w[i - 15];
    const y = w[i - 2];
    if (i > 15)
      w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    const one =
      h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + fraction(prime ** (1 / 3)) + w[i];
    const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
  });
  [a, b, c, d, e, f, g, h].forEach((word, i) => (sum[i] += word));
};
