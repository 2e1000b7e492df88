// Binary32 by whole numbers: every operation is an exact fraction, rounded once. Slow and plain; the reference of the vectors.

export const NAN = 0x7fc00000;
const INFINITY = 0x7f800000;
const magnitude = (bits) => bits & 0x7fffffff;
const negative = (bits) => bits >>> 31 === 1;
const isNaN32 = (bits) => magnitude(bits) > INFINITY;
const isInfinite = (bits) => magnitude(bits) === INFINITY;
const isZero = (bits) => magnitude(bits) === 0;
const signed = (isNegative, bits) => (isNegative ? (bits | 0x80000000) >>> 0 : bits);

/** A finite number as a whole number of 2^-149. */
function units(bits) {
  const e = (bits >>> 23) & 0xff;
  const fraction = BigInt(bits & 0x7fffff);
  const value = e === 0 ? fraction : (fraction | 0x800000n) << BigInt(e - 1);
  return negative(bits) ? -value : value;
}

/** Nearest whole number to n / d (both positive), halves to even. */
function nearest(n, d) {
  const q = n / d;
  const twice = 2n * (n % d);
  return twice > d || (twice === d && q % 2n === 1n) ? q + 1n : q;
}

/** The number n / d * 2^-149, d positive, rounded. */
function round(n, d, zeroIsNegative) {
  if (n === 0n) return signed(zeroIsNegative, 0);
  const size = n < 0n ? -n : n;
  let unit = 0n;
  while (nearest(size, d << unit) >= 1n << 24n) unit++;
  const q = nearest(size, d << unit);
  const bits = (unit << 23n) + q; // the leading one of a normal significand adds one to the exponent
  return signed(n < 0n, bits >= BigInt(INFINITY) ? INFINITY : Number(bits));
}

export function add(a, b) {
  if (isNaN32(a) || isNaN32(b) || (isInfinite(a) && isInfinite(b) && a !== b)) return NAN;
  if (isInfinite(a)) return a;
  if (isInfinite(b)) return b;
  return round(units(a) + units(b), 1n, isZero(a) && isZero(b) && negative(a) && negative(b));
}

export const sub = (a, b) => add(a, (b ^ 0x80000000) >>> 0);

export const mul = (a, b) => {
  const sign = negative(a) !== negative(b);
  if (isNaN32(a) || isNaN32(b)) return NAN;
  if (isInfinite(a) || isInfinite(b)) return isZero(a) || isZero(b) ? NAN : signed(sign, INFINITY);
  return round(units(a) * units(b), 1n << 149n, sign);
};

export function fma(a, b, c) {
  const sign = negative(a) !== negative(b);
  if (isNaN32(a) || isNaN32(b) || isNaN32(c)) return NAN;
  if (isInfinite(a) || isInfinite(b)) {
    if (isZero(a) || isZero(b)) return NAN;
    return isInfinite(c) && negative(c) !== sign ? NAN : signed(sign, INFINITY);
  }
  if (isInfinite(c)) return c;
  const zeroIsNegative = (isZero(a) || isZero(b)) && isZero(c) && sign && negative(c);
  return round(units(a) * units(b) + (units(c) << 149n), 1n << 149n, zeroIsNegative);
}

export function div(a, b) {
  const sign = negative(a) !== negative(b);
  if (isNaN32(a) || isNaN32(b) || (isInfinite(a) && isInfinite(b)) || (isZero(a) && isZero(b))) return NAN;
  if (isInfinite(a) || isZero(b)) return signed(sign, INFINITY);
  if (isInfinite(b)) return signed(sign, 0);
  const [n, d] = [units(a) << 149n, units(b)];
  return d < 0n ? round(-n, -d, sign) : round(n, d, sign);
}

/** The root of a positive number: the only number whose neighbouring ties' squares enclose it. */
export function sqrt(a) {
  if (isNaN32(a)) return NAN;
  if (isZero(a)) return a;
  if (negative(a)) return NAN;
  if (isInfinite(a)) return a;
  const square = units(a) << 151n; // in units of (2^-150)^2
  let [low, high] = [0, INFINITY - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const tie = units(middle) + units(middle - 1); // halfway below it, in units of 2^-150
    if (tie * tie < square) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Nearest integer, halves to even. */
export function toInt(a) {
  const n = units(a);
  const q = nearest(n < 0n ? -n : n, 1n << 149n);
  return n < 0n ? -q : q;
}

export const fromInt = (n) => round(n << 149n, 1n, false);

export function fromHalf(h) {
  const e = (h >>> 10) & 0x1f;
  const fraction = BigInt(h & 0x3ff);
  const sign = h >>> 15 === 1;
  if (e === 31) return fraction === 0n ? signed(sign, INFINITY) : NAN;
  const value = e === 0 ? fraction : (fraction | 0x400n) << BigInt(e - 1); // in units of 2^-24
  return round((sign ? -value : value) << 125n, 1n, sign);
}

/** The nearest half, or 0xffff where |a| >= 65520 or a is a NaN. */
export function toHalf(a) {
  if (magnitude(a) >= 0x477ff000) return 0xffff;
  const n = units(a);
  const size = n < 0n ? -n : n;
  let unit = 0n;
  while (nearest(size, 1n << (125n + unit)) >= 1n << 11n) unit++;
  const bits = Number((unit << 10n) + nearest(size, 1n << (125n + unit)));
  return bits | (negative(a) ? 0x8000 : 0);
}

const fused = (first, x, constants) => constants.reduce((p, c) => fma(p, x, c), first);

/** e^a for a <= 0, step by step as ruling 13 says. */
export function expNeg(a) {
  if (a > 0xc2ae0000) return 0;
  const n = toInt(mul(a, 0x3fb8aa3b));
  const r = fma(fromInt(n), 0xb5bfbe8e, fma(fromInt(n), 0xbf317200, a));
  const p = fused(0x39506967, r, [0x3ab743ce, 0x3c088908, 0x3d2aa9c1, 0x3e2aaaaa, 0x3f000000, 0x3f800000, 0x3f800000]);
  return mul(p, Number(n + 127n) << 23);
}

/** ln(a) for a positive and normal, step by step as ruling 24 says. */
export function ln(a) {
  const exponent = (a - 0x3f3504f3) >> 23;
  const e = fromInt(BigInt(exponent));
  const f = sub(a - exponent * 2 ** 23, 0x3f800000);
  const z = mul(f, f);
  const p = fused(0x3d9021bb, f, [0xbdebd1b8, 0x3def251a, 0xbdfe5d4f, 0x3e11e9bf, 0xbe2aae50, 0x3e4cceac, 0xbe7ffffc, 0x3eaaaaaa]);
  const q = fma(z, 0xbf000000, fma(e, 0xb95e8083, mul(mul(p, z), f)));
  return fma(e, 0x3f318000, add(f, q));
}
