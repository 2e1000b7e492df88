// Writes the tables of gas per operator and per dispute in docs/disputes.md from snapshots/Steps.json and snapshots/Game.json; with --check
// fails if they are not those tables.
// Usage: FORGE_SNAPSHOT_CHECK=false forge test --match-contract 'StepGasTest|GameGasTest' && node contracts/scripts/step-gas-table.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const page = join(root, 'docs/disputes.md');

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

// A whole dispute: what is proved, the shard, its reveal and how many transactions of this kind it takes, and the answer.
const disputes = [
  ['demo', 'all 6 layers', 'reveal, demo, 6 layers with the pick', 1],
  ['1.1B', '15 of 22 layers', 'reveal, 1.1B, 15 layers', 1],
  ['70B', '20 of 80 layers', 'reveal, 70B, 7 layers', 3],
];
const proofs = [
  ['Down', 'one row of Down', 'answer, 16 KiB'],
  ['AttentionHead, scores', 'the scores of 32 positions', 'answer, head over 8k positions'],
];
const intrinsic = 21_000;

const snapshot = (name) => JSON.parse(readFileSync(join(root, `contracts/snapshots/${name}.json`), 'utf8'));
const [steps, game] = [snapshot('Steps'), snapshot('Game')];
const value = (values, name) => {
  if (!(name in values)) throw new Error(`The snapshots have no "${name}".`);
  return Number(values[name]);
};
const text = (number) => number.toLocaleString('en-US');
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, lines) => [row(head), `|${head.map(() => '---|').join('')}`, ...lines.map(row)].join('\n');

const stepCell = (shape, name) => `${text(value(steps, `${shape}, ${name}, bytes`))} B, ${text(value(steps, `${shape}, ${name}`))}`;
const stepTable = table(
  ['Operators', 'Unit', ...shapes],
  rows.map(([name, operators, unit]) => [operators, unit, ...shapes.map((shape) => stepCell(shape, name))]),
);

// The gas of `prove` is that of the game plus the verifier's, which counts a transaction of its own.
const disputeLine = ([shape, shard, reveal, transactions], [step, unit, answer]) => {
  const moves = {
    open: value(game, 'open, first of a case'),
    reveal: value(game, reveal) * transactions,
    select: value(game, 'select before answer, head over 8k positions'),
    answer: value(game, answer),
    prove: value(game, 'prove, without the step verifier') + value(steps, `${shape}, ${step}`) - intrinsic,
  };
  const cells = [moves.open, moves.reveal, moves.select, moves.answer, moves.prove, moves.open + moves.select + moves.prove, moves.reveal + moves.answer];
  const [open, revealed, ...others] = cells.map(text);
  return [`${shape}, ${shard}`, unit, open, transactions === 1 ? revealed : `${revealed} (${transactions} transactions)`, ...others];
};
const disputeTable = table(
  ['Shard', 'Proved', 'open', 'reveal', 'select', 'answer', 'prove', 'challenger', 'defender'],
  disputes.flatMap((dispute) => proofs.map((proof) => disputeLine(dispute, proof))),
);

const place = (document, name, content) => {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/disputes.md lacks ${begin} or ${end}.`);
  return `${document.slice(0, from + begin.length)}\n${content}\n${document.slice(to)}`;
};
const present = readFileSync(page, 'utf8');
const made = place(place(present, 'steps', stepTable), 'disputes', disputeTable);
if (!process.argv.includes('--check')) writeFileSync(page, made);
else if (made !== present) {
  console.error('The tables in docs/disputes.md are stale: node contracts/scripts/step-gas-table.mjs');
  process.exitCode = 1;
}
