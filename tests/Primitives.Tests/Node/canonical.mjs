// Reads an array of JSON values on standard input and writes what RFC 8785 makes of each: members sorted by UTF-16 units, then JSON.stringify.
import { readFileSync } from 'node:fs';

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  // A Map keeps names such as "1" or "__proto__" where they were put; an object would not.
  return new Map(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
};
const text = (value) => {
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  if (value instanceof Map) return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${text(member)}`).join(',')}}`;
  return JSON.stringify(value);
};

console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map((value) => text(sorted(value)))));
