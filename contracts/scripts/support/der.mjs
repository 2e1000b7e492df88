// A writer of DER, right or wrong on purpose.
const concat = (...parts) => Buffer.concat(parts.flat());

/** A value: tag, shortest length, contents. */
export function value(tag, ...parts) {
  const contents = concat(...parts);
  const length = contents.length;
  if (length < 0x80) return concat(Buffer.of(tag, length), contents);
  const size = length > 0xffff ? 3 : length > 0xff ? 2 : 1;
  const head = Buffer.alloc(size);
  head.writeUIntBE(length, 0, size);
  return concat(Buffer.of(tag, 0x80 | size), head, contents);
}

export const sequence = (...parts) => value(0x30, ...parts);
export const set = (...parts) => value(0x31, ...parts);
export const octets = (contents) => value(0x04, contents);
export const boolean = (truth) => value(0x01, Buffer.of(truth ? 0xff : 0));
export const bits = (contents, unused = 0) => value(0x03, Buffer.of(unused), contents);
export const utf8 = (text) => value(0x0c, Buffer.from(text));
export const printable = (text) => value(0x13, Buffer.from(text));

export function integer(number) {
  let hex = BigInt(number).toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  if (parseInt(hex.slice(0, 2), 16) > 0x7f) hex = `00${hex}`;
  return value(0x02, Buffer.from(hex, 'hex'));
}

export function oid(text) {
  const [first, second, ...rest] = text.split('.').map(Number);
  const septets = (number) => number < 0x80 ? [number] : [...septets(number >>> 7).map((v) => v | 0x80), number & 0x7f];
  return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(septets)]));
}

const digits = (date) => date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
export const utcTime = (date) => value(0x17, Buffer.from(`${digits(date).slice(2)}Z`));
export const generalizedTime = (date) => value(0x18, Buffer.from(`${digits(date)}Z`));

/** The values inside a constructed value's contents: [{ tag, contents, whole }]. */
export function values(buffer) {
  const found = [];
  for (let position = 0; position < buffer.length;) {
    let [length, start] = [buffer[position + 1], position + 2];
    if (length > 0x7f) [length, start] = [buffer.readUIntBE(start, length & 0x7f), start + (length & 0x7f)];
    if (start + length > buffer.length) throw new Error(`value of ${length} bytes at ${start} of ${buffer.length}`);
    found.push({ tag: buffer[position], contents: buffer.subarray(start, start + length), whole: buffer.subarray(position, start + length) });
    position = start + length;
  }
  return found;
}

/** A UTCTime or GeneralizedTime as Unix seconds. */
export function timeOf({ tag, contents }) {
  const text = contents.toString('latin1');
  const full = tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  return Date.parse(full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')) / 1000;
}
