/**
 * SHA-256 (FIPS 180-4) without waiting.
 *
 * `crypto.subtle.digest` is a promise of some 30 us each, and a token wants eight digests. They are made by the
 * runtime where it has a synchronous one (Node, Deno, Bun; never imported, so that edge runtimes and browsers load
 * this too), else here.
 */
const [K, START] = constants();
const W = new Uint32Array(64);
const encoder = new TextEncoder();

const native = globalThis.process?.getBuiltinModule?.("node:crypto")?.hash;

/** Return the digest of `text` as a short text, to remember something by without keeping it. */
export function fingerprint(text: string): string {
  return native ? native("sha256", text, "base64") : sha256(text).join(".");
}

/** Return the first 128 bits of the digest of `text`, as big-endian words. */
export function half(text: string): Uint32Array {
  if (!native) return sha256(text).slice(0, 4);
  const bytes = native("sha256", text, "buffer");
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = bytes.readUInt32BE(i * 4);
  return words;
}

/** Return the eight big-endian words of the digest of `text` as UTF-8. */
export function sha256(text: string): Uint32Array {
  const bytes = encoder.encode(text);
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const state = START.slice();
  for (let at = 0; at < padded.length; at += 64) compress(state, view, at);
  return state;
}

function compress(state: Uint32Array, view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) W[i] = view.getUint32(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const early = W[i - 15] as number;
    const late = W[i - 2] as number;
    const s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    W[i] = ((W[i - 16] as number) + s0 + (W[i - 7] as number) + s1) | 0;
  }
  // by index: taking a typed array apart walks an iterator
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const one = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (W[i] as number)) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  const worked = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] = (state[i] as number) + (worked[i] as number);
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The fractional parts of the cube roots and the square roots of the first primes (sections 4.2.2, 5.3.3). */
function constants(): [Uint32Array, Uint32Array] {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (root: number) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  const cubes = Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  return [cubes, Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))];
}
