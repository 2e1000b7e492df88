// P-256 for test vectors: signatures that are the same in every run (RFC 6979), and the points and numbers that edge cases need. Plain
// affine arithmetic, apart from the Solidity code and the precompile that the vectors test. Nothing here is fit for secrets.
import { createECDH, createHash, createHmac } from 'node:crypto';

export const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
export const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
export const base = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

export const bytes32 = (value) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
export const toNumber = (buffer) => BigInt(`0x${Buffer.from(buffer).toString('hex')}`);
export const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
export const mod = (value, modulus) => ((value % modulus) + modulus) % modulus;

export function invert(value, modulus) {
  let [r0, r1, s0, s1] = [modulus, mod(value, modulus), 0n, 1n];
  while (r1 !== 0n) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return mod(s0, modulus);
}

function power(value, exponent, modulus) {
  let result = 1n;
  for (let square = mod(value, modulus); exponent > 0n; exponent >>= 1n, square = (square * square) % modulus)
    if (exponent & 1n) result = (result * square) % modulus;
  return result;
}

/** The point with this x and an even y, or null. */
export function lift(x) {
  const right = mod(x * x * x - 3n * x + b, p);
  const y = power(right, (p + 1n) / 4n, p);
  if ((y * y) % p !== right) return null;
  return { x, y: y % 2n === 0n ? y : p - y };
}

export const negate = (point) => point && { x: point.x, y: mod(-point.y, p) };

/** Sum of two points; null is infinity. */
export function add(one, two) {
  if (!one || !two) return one ?? two;
  if (one.x === two.x && mod(one.y + two.y, p) === 0n) return null;
  const slope = one.x === two.x
    ? (3n * one.x * one.x - 3n) * invert(2n * one.y, p)
    : (two.y - one.y) * invert(two.x - one.x, p);
  const x = mod(slope * slope - one.x - two.x, p);
  return { x, y: mod(slope * (one.x - x) - one.y, p) };
}

export function multiply(point, factor) {
  let result = null;
  for (let k = mod(factor, n); k > 0n; k >>= 1n, point = add(point, point)) if (k & 1n) result = add(result, point);
  return result;
}

/** Whether (r, s) is a signature of the digest, by the textbook. */
export function verify({ digest, r, s, x, y }) {
  if (r <= 0n || r >= n || s <= 0n || s >= n || x >= p || y >= p) return false;
  if (mod(y * y - x * x * x + 3n * x - b, p) !== 0n) return false;
  const w = invert(s, n);
  const point = add(multiply(base, digest * w), multiply({ x, y }, r * w));
  return point !== null && mod(point.x, n) === r;
}

/** A key made of a label. */
export function keyOf(label) {
  const secret = mod(toNumber(sha256(Buffer.from(`TeeTee vectors: ${label}`))), n - 1n) + 1n;
  const point = publicPoint(secret);
  return { secret, ...point, raw: Buffer.concat([bytes32(point.x), bytes32(point.y)]) };
}

function publicPoint(secret) {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(bytes32(secret));
  const raw = ecdh.getPublicKey();
  return { x: toNumber(raw.subarray(1, 33)), y: toNumber(raw.subarray(33)) };
}

/** The deterministic nonce of RFC 6979, section 3.2, with SHA-256. */
function nonceOf(secret, digest) {
  const seed = Buffer.concat([bytes32(secret), bytes32(mod(toNumber(digest), n))]);
  let [k, v] = [Buffer.alloc(32, 0), Buffer.alloc(32, 1)];
  const mac = (...parts) => createHmac('sha256', k).update(Buffer.concat(parts)).digest();
  for (const round of [0, 1]) {
    k = mac(v, Buffer.of(round), seed);
    v = mac(v);
  }
  for (;;) {
    v = mac(v);
    const candidate = toNumber(v);
    if (candidate > 0n && candidate < n) return candidate;
    k = mac(v, Buffer.of(0));
    v = mac(v);
  }
}

/** r and s over sha256(message). */
export function sign(key, message) {
  const digest = sha256(message);
  const k = nonceOf(key.secret, digest);
  const r = mod(publicPoint(k).x, n);
  return { r, s: mod(invert(k, n) * (toNumber(digest) + r * key.secret), n) };
}

export const pair = ({ r, s }) => Buffer.concat([bytes32(r), bytes32(s)]);
