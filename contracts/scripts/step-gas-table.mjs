// Writes the table of bytes and gas per operator in docs/disputes.md from snapshots/Steps.json; with --check fails if it is not that table.
// Usage: FORGE_SNAPSHOT_CHECK=false forge test --match-contract StepGasTest && node contracts/scripts/step-gas-table.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const page = join(root, 'docs/disputes.md');
const [begin, end] = ['<!-- steps: begin -->', '<!-- steps: end -->'];

const rows = [
  ['Embedding', 'Embedding', 'one element'],
  ['Norm', 'AttentionNorm, FeedForwardNorm, OutputNorm', 'the lanes after 1,024 elements'],
  ['Norm, r', 'the same', 'r'],
  ['QuantizedNorm', 'QuantizedAttentionInput, QuantizedFeedForwardInput, QuantizedOutputInput', 'a block of 32'],
  ['Query', 'Query, Key, Value', 'one row'],
  ['RotatedQuery', 'RotatedQuery', 'one element'],
  ['KeyRow', 'KeyRow', 'one element'],
  ['ValueRow', 'ValueRow', 'one element'],
  ['AttentionHead, scores', 'AttentionHead', 'the scores of 32 positions'],
  ['AttentionHead, sums', 'AttentionHead', 'the sum over 32 positions'],
  ['AttentionHead, outputs', 'AttentionHead', 'the output row after 32 positions'],
  ['QuantizedHeads', 'QuantizedHeads', 'a block of 32'],
  ['AttentionOutput', 'AttentionOutput', 'one row'],
  ['Residual', 'AttentionResidual, FeedForwardResidual', 'one element'],
  ['Gate', 'Gate, Up', 'one row'],
  ['QuantizedGated', 'QuantizedGated', 'a block of 32'],
  ['Down', 'Down', '8,192 columns of one row'],
  ['Logits', 'Logits', 'one row'],
  ['Pick', 'Pick', "one token's score"],
];
const shapes = ['demo', '1.1B', '70B', '70B sealed'];

const values = JSON.parse(readFileSync(join(root, 'contracts/snapshots/Steps.json'), 'utf8'));
const value = (name) => {
  if (!(name in values)) throw new Error(`snapshots/Steps.json has no "${name}".`);
  return Number(values[name]).toLocaleString('en-US');
};
const cell = (shape, name) => `${value(`${shape}, ${name}, bytes`)} B, ${value(`${shape}, ${name}`)}`;
const table = [
  `| Operators | Unit | ${shapes.join(' | ')} |`,
  `|---|---|${shapes.map(() => '---|').join('')}`,
  ...rows.map(([name, operators, unit]) => `| ${operators} | ${unit} | ${shapes.map((shape) => cell(shape, name)).join(' | ')} |`),
].join('\n');

const text = readFileSync(page, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`docs/disputes.md lacks ${begin} or ${end}.`);
const made = `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
if (!process.argv.includes('--check')) writeFileSync(page, made);
else if (made !== text) {
  console.error('The table in docs/disputes.md is stale: node contracts/scripts/step-gas-table.mjs');
  process.exitCode = 1;
}
