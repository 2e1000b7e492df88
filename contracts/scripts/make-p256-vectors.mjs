// Writes test/vectors/p256.json: signatures at the edges of ECDSA over P-256 and whether they are good, by textbook arithmetic.
// Usage: node contracts/scripts/make-p256-vectors.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeAbiParameters } from 'viem';
import { add, base, bytes32, invert, keyOf, lift, mod, multiply, n, negate, p, sha256, sign, toNumber, verify } from './support/p256.mjs';

const path = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'test', 'vectors', 'p256.json');
const cases = [];
const note = (name, valid, vector) => {
  if (verify(vector) !== valid) throw new Error(`${name} is ${verify(vector)}`);
  cases.push({ name, valid, ...vector });
};

/** A signature under any point, without its secret: u1 and u2 are chosen, digest, r and s follow. */
function forge(key, u1, u2) {
  const point = add(multiply(base, u1), multiply(key, u2));
  const r = mod(point.x, n);
  const s = mod(r * invert(u2, n), n);
  return { digest: mod(u1 * s, n), r, s, x: key.x, y: key.y };
}

/** The key under which (r, s) signs the digest with the nonce point `point`: Q = (s * R - digest * G) / r. */
function keyFor(point, digest, r, s) {
  return multiply(add(multiply(point, s), negate(multiply(base, digest))), invert(r, n));
}

const key = keyOf('edge');
const message = Buffer.from('edge message');
const { r, s } = sign(key, message);
const good = { digest: toNumber(sha256(message)), r, s, x: key.x, y: key.y };

note('good', true, good);
note('high or low s, the other one', true, { ...good, s: n - s });
for (let i = 0; i < 8; i++) {
  const other = keyOf(`plain ${i}`);
  const text = Buffer.from(`message ${i}`);
  note(`plain ${i}`, true, { digest: toNumber(sha256(text)), ...sign(other, text), x: other.x, y: other.y });
}
for (const field of ['digest', 'r', 's', 'x', 'y'])
  for (const bit of [0n, 7n, 128n, 255n]) note(`${field} with bit ${bit} changed`, false, { ...good, [field]: good[field] ^ (1n << bit) });
for (const [name, number] of Object.entries({ zero: 0n, one: 1n, n, 'n - 1': n - 1n, 'n + 1': n + 1n, p, 'all ones': 2n ** 256n - 1n })) {
  note(`r ${name}`, false, { ...good, r: number });
  note(`s ${name}`, false, { ...good, s: number });
  note(`r and s ${name}`, false, { ...good, r: number, s: number });
  note(`x ${name}`, false, { ...good, x: number });
  note(`y ${name}`, false, { ...good, y: number });
}
note('r + n', false, { ...good, r: mod(r + n, 2n ** 256n) });
note('key at (0, 0)', false, { ...good, x: 0n, y: 0n });
note('opposite key', false, { ...good, y: p - key.y });
note('r and s exchanged', false, { ...good, r: s, s: r });

// Keys whose coordinates are small enough to be written a second time, plus p: only the first form is a key.
let small = 5n;
while (!lift(small)) small++;
const tiny = forge(lift(small), 1234567n, 7654321n);
note('key with a small x', true, tiny);
note('key with a small x, plus p', false, { ...tiny, x: small + p });

// Nonce points with x between n and p: r is x - n, and the comparison has to try r + n.
let above = n;
while (!lift(above)) above++;
for (const point of [lift(above), negate(lift(above))]) {
  const wrapped = { digest: 99n, r: above - n, s: 77n };
  const owner = keyFor(point, 99n, wrapped.r, 77n);
  note('nonce point with x above n', above !== n, { ...wrapped, x: owner.x, y: owner.y });
}
// The same small r where the point's x is r itself, and a point with another x.
let below = above - n;
while (!lift(below)) below++;
const plain = keyFor(lift(below), 99n, below, 77n);
note('nonce point with a small x', true, { digest: 99n, r: below, s: 77n, x: plain.x, y: plain.y });
note('nonce point with a small x, r one more', false, { digest: 99n, r: below + 1n, s: 77n, x: plain.x, y: plain.y });

// Sums that meet special cases of point addition.
note('the base point as key', true, forge(base, 5n, 7n));
note('the opposite of the base point as key', true, forge(negate(base), 5n, 7n));
note('equal summands', true, forge(multiply(base, 3n), 6n, 2n));
note('the base point twice', true, forge(base, 1n, 1n));
note('sum with nothing from the base point', true, forge(key, 0n, 9n));
note('factors one', true, forge(key, 1n, 1n));
note('factors n - 1', true, forge(key, n - 1n, n - 1n));
for (let i = 1n; i <= 4n; i++)
  for (let j = 1n; j <= 4n; j++) note(`small factors ${i}, ${j}`, true, forge(multiply(base, 11n), i, j));
note('key twice the base point, windows meet', true, forge(multiply(base, 2n), 4n, 3n));
{
  // u1 * G + u2 * Q is infinity: no signature, whatever r says.
  const [u2, w] = [12345n, invert(777n, n)];
  const owner = multiply(base, 5n);
  const rr = mod(u2 * invert(w, n), n);
  const digest = mod(-u2 * 5n * invert(w, n), n);
  note('sum is infinity', false, { digest, r: rr, s: 777n, x: owner.x, y: owner.y });
}
// Digests at and above n are taken modulo n.
for (const digest of [0n, n, n + 5n, 2n ** 256n - 1n]) {
  const k = keyOf('nonce');
  const rr = mod(k.x, n);
  note(`digest ${digest === 0n ? 'zero' : digest === n ? 'n' : digest === n + 5n ? 'n + 5' : 'all ones'}`, true,
    { digest, r: rr, s: mod(invert(k.secret, n) * (digest + rr * key.secret), n), x: key.x, y: key.y });
}
// r is random, s chosen so that u2 is 1 or n - 1.
note('s equal to r', true, forge(key, 17n, 1n));
note('s the opposite of r', true, forge(key, 17n, n - 1n));

const type = { type: 'tuple[]', components: [
  { name: 'name', type: 'string' }, { name: 'valid', type: 'bool' }, ...['digest', 'r', 's', 'x', 'y'].map((name) => ({ name, type: 'bytes32' })),
] };
const hex = (number) => `0x${bytes32(number).toString('hex')}`;
const rows = cases.map((c) => ({ name: c.name, valid: c.valid, ...Object.fromEntries(['digest', 'r', 's', 'x', 'y'].map((f) => [f, hex(c[f])])) }));
const text = JSON.stringify({ count: rows.length, names: rows.map((row) => `${row.valid ? 'good' : 'bad'}: ${row.name}`), cases: encodeAbiParameters([type], [rows]) }, null, 2) + '\n';
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) throw new Error('test/vectors/p256.json is stale; run make-p256-vectors.mjs');
console.log(`${rows.length} P-256 signatures, ${rows.filter((row) => row.valid).length} good`);
