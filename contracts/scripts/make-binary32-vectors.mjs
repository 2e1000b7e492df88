// Writes test/vectors/binary32.json: operands and results of binary32 operations at special values and boundaries, by whole numbers
// (scripts/support/binary32.mjs), each compared here with Math.fround of the double operation where that is exact or rounds harmlessly
// (+, -, *, /, sqrt). Usage: node contracts/scripts/make-binary32-vectors.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NAN, add, div, expNeg, fma, fromHalf, fromInt, ln, mul, sqrt, sub, toHalf, toInt } from './support/binary32.mjs';

const path = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'test', 'vectors', 'binary32.json');
const view = new DataView(new ArrayBuffer(4));
const value = (bits) => (view.setUint32(0, bits), view.getFloat32(0));
const bitsOf = (number) => (view.setFloat32(0, number), Number.isNaN(number) ? NAN : view.getUint32(0));

const both = (list) => list.flatMap((bits) => [bits, (bits | 0x80000000) >>> 0]);
const special = both([
  0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x00400000, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x01000000, 0x0d7fffff, 0x0d800000,
  0x1f800000, 0x20000001, 0x33000000, 0x33800000, 0x33800001, 0x34000000, 0x3effffff, 0x3f000000, 0x3f000001, 0x3f7fffff, 0x3f800000, 0x3f800001,
  0x3f800002, 0x3fc00000, 0x40000000, 0x40490fdb, 0x42fe0000, 0x4b000000, 0x4b7fffff, 0x4b800000, 0x4b800001, 0x477fefff, 0x477ff000, 0x5f000000,
  0x7e7fffff, 0x7e800000, 0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7f800001,
]);
const boundaries = both([
  0x00000000, 0x00000001, 0x00400000, 0x007fffff, 0x00800000, 0x00800001, 0x01000000, 0x20000001, 0x33800000, 0x33800001, 0x3f000000, 0x3f7fffff, 0x3f800000,
  0x3f800001, 0x40000000, 0x4b7fffff, 0x4b800001, 0x5f000000, 0x7f000000, 0x7f7fffff, 0x7f800000, 0x7f800001,
]);
const few = both([0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x33800000, 0x3f7fffff, 0x3f800001, 0x4b800001, 0x7f7fffff, 0x7f800000]);

let state = 0x9e3779b9;
const random = () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>>= 0);
};
const near = (bits) => ((bits & 0x807fffff) | ((((random() % 60) + 97) & 0xff) << 23)) >>> 0;

const words = (list) => '0x' + list.map((word) => word.toString(16).padStart(8, '0')).join('');
const pairs = [...boundaries.flatMap((a) => boundaries.map((b) => [a, b])), ...Array.from({ length: 400 }, () => [random(), random()]), ...Array.from({ length: 800 }, () => [near(random()), near(random())])];
const triples = [
  ...few.flatMap((a) => few.flatMap((b) => few.map((c) => [a, b, c]))),
  ...Array.from({ length: 1000 }, () => [near(random()), near(random()), near(random())]),
  // The product nearly cancelled, and a third operand at the edge of what a place of the product is.
  ...Array.from({ length: 1000 }, () => {
    const [a, b] = [near(random()), near(random())];
    return [a, b, ((mul(a, b) ^ 0x80000000) + (random() % 5) - 2) >>> 0];
  }),
  ...Array.from({ length: 1000 }, () => {
    const [a, b] = [near(random()), near(random())];
    const place = Math.max(0, Math.min(254, ((mul(a, b) >>> 23) & 0xff) + (random() % 120) - 60));
    return [a, b, ((random() & 0x80000000) | (place << 23)) >>> 0];
  }),
];

function agreed(name, own, double) {
  return (...operands) => {
    const [r, expected] = [own(...operands), bitsOf(Math.fround(double(...operands.map(value))))];
    if (r !== expected) throw new Error(`${name}(${operands.map((o) => o.toString(16))}) is ${r.toString(16)}, Math.fround says ${expected.toString(16)}`);
    return r;
  };
}
const ops = {
  add: agreed('add', add, (a, b) => a + b),
  sub: agreed('sub', sub, (a, b) => a - b),
  mul: agreed('mul', mul, (a, b) => a * b),
  div: agreed('div', div, (a, b) => a / b),
};
const root = agreed('sqrt', sqrt, Math.sqrt);
const singles = [...special, ...Array.from({ length: 800 }, random), ...Array.from({ length: 500 }, () => mul(near(random()) & 0x7fffffff, 0x3f800000))];
const finite = (bits) => (bits & 0x7f800000) !== 0x7f800000;
const halves = Array.from({ length: 1024 }, (_, i) => (i * 64 + (random() & 63)) & 0xffff);
// Every tie between neighbouring halves, and its neighbours.
const betweenHalves = Array.from({ length: 400 }, (_, i) => Math.floor((i * 0x7c00) / 400)).flatMap((h) => {
  const tie = bitsOf((value(fromHalf(h)) + value(h === 0x7bff ? 0x47800000 : fromHalf(h + 1))) / 2);
  return [tie - 1, tie, tie + 1, (tie | 0x80000000) >>> 0];
});
const small = singles.filter((bits) => finite(bits) && (bits & 0x7fffffff) < 0x4f000000);
const roundings = [...small, ...Array.from({ length: 600 }, (_, i) => bitsOf((i - 300) / 2)), ...[-1, 1].flatMap((d) => Array.from({ length: 300 }, (_, i) => bitsOf(i / 2 + 0.5) + d))];
const integers = [0, 1, -1, 16777215, 16777216, 16777217, 16777219, 33554434, 33554438, -16777217, 2147483647, -2147483648, ...Array.from({ length: 600 }, () => random() | 0), ...Array.from({ length: 200 }, () => (random() | 0) >> 7)];

// Up to the end of the domain, every reduced range, and the edges of each: (n + 1/2) * ln 2 is where n changes.
const exponents = [
  // Found by search: each tells some constant of ruling 13 from its neighbour (all but the first coefficient, whose neighbours hardly ever show).
  0xc2924109, 0xc203b2ae, 0xc2a262a9, 0xc23ed76e, 0xc299d67c, 0xc2a4f9ca, 0xc23241a4, 0xc1caa9e7, 0xc2ab121b, 0xc192331f, 0xc2616f16, 0xc16e6158, 0xc1978a21, 0xc1da5760, 0xc21766bd,
  0xc2066a5b, 0xbe32bbb6, 0xc234ae23, 0xc2a88772, 0xc2093012,
  ...special.filter((bits) => bits >= 0x80000000 && bits <= 0xff800000),
  ...Array.from({ length: 500 }, () => bitsOf(-Math.abs(value(0x3f800000 | (random() & 0x7fffff)) - 1) * 2 ** ((random() % 12) - 5))),
  ...Array.from({ length: 126 }, (_, n) => bitsOf(Math.fround(-(n + 0.5) * Math.LN2))).flatMap((bits) => [bits - 1, bits, bits + 1]),
];
const arguments_ = [
  // Likewise for every constant of ruling 24, the split's included (0x3fb504f3).
  0x3e34d67d, 0x3dab62cf, 0x402f6781, 0x3fb4e97f, 0x4032aed0, 0x3e1ba38b, 0x3fb4a740, 0x3fb1a4cc, 0x3f311c4d, 0x4025e549, 0x40340861, 0x3f267836, 0x3fb61360, 0x40aab491, 0x3fb22f84,
  0x3fb504f3, 0x3db615c5, 0x3fa5e095, 0x3eb38e38, 0x3fdedb64, 0x3d1165ed, 0x3f60a070, 0x3e26cb90, 0x3dc57385, 0x3e80e2b0,
  ...special.filter((bits) => bits >= 0x00800000 && bits < 0x7f800000),
  ...Array.from({ length: 500 }, () => 0x00800000 + (random() % 0x7f000000)),
  ...Array.from({ length: 500 }, () => near(random()) & 0x7fffffff),
  ...Array.from({ length: 40 }, (_, i) => 0x3f3504f3 + (i - 20) * 0x400000 - (i % 3)),
];
const text =
  JSON.stringify(
    {
      ...Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, words(pairs.flatMap(([a, b]) => [a, b, op(a, b)]))])),
      fma: words(triples.flatMap(([a, b, c]) => [a, b, c, fma(a, b, c)])),
      sqrt: words(singles.flatMap((a) => [a, root(a)])),
      fromHalf: words(halves.flatMap((h) => [h, fromHalf(h)])),
      toHalf: words([...singles, ...betweenHalves].flatMap((a) => [a, toHalf(a)])),
      toInt: words(roundings.flatMap((a) => [a, Number(BigInt.asUintN(32, toInt(a)))])),
      expNeg: words(exponents.flatMap((a) => [a, expNeg(a)])),
      ln: words(arguments_.flatMap((a) => [a, ln(a)])),
      fromInt: words(integers.flatMap((n) => [n >>> 0, fromInt(BigInt(n))])),
    },
    null,
    1,
  ) + '\n';
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== text) {
    console.error('binary32.json differs from what the script makes');
    process.exit(1);
  }
} else writeFileSync(path, text);
console.log(`${pairs.length} pairs, ${triples.length} triples, ${singles.length} roots`);
