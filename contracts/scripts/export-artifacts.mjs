// Writes contracts/artifacts/*.json from forge's out/ folder, or with --check compares them and fails on any difference.
// Usage: forge build && node contracts/scripts/export-artifacts.mjs [--check] [--out FOLDER]
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const contracts = [
  'AccountFaults', 'AnswerChallenges', 'AttentionStep', 'Binary32Fuzz', 'ChunkAnswers', 'Compensations', 'Credits', 'CrlRevoker',
  'DataChallenges', 'DisputeGame', 'DisputeHub', 'EntryFaults', 'FinishFaults', 'FormFaults', 'GateStep', 'HostRegistry', 'ListRules',
  'MatrixStep', 'NormStep', 'OpeningRules', 'PickStep', 'PipelineFaults', 'QuoteChallenges', 'RequestFaults', 'SaltStep',
  'SequencerFaults', 'StepVerifier', 'TcbRegistry', 'TdxQuoteVerifier', 'TeeTeeRollup', 'TokenFaults', 'VectorStep', 'WeightChallenges',
];
const interfaces = ['IDisputeModule', 'IQuoteVerifier'];
const sizeLimit = 24_576;

const args = process.argv.slice(2);
const check = args.includes('--check');
const outAt = args.indexOf('--out');
const out = outAt >= 0 ? resolve(args[outAt + 1]) : join(root, 'out');

const sha256 = (text) => '0x' + createHash('sha256').update(text).digest('hex');

/** Objects with sorted keys, so that the order never depends on the compiler. */
function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, ordered(value[key])]));
}

const kinds = ['constructor', 'function', 'event', 'error', 'receive', 'fallback'];
const entryKey = (entry) =>
  `${kinds.indexOf(entry.type)} ${entry.name ?? ''} ${(entry.inputs ?? []).map((i) => i.type).join()}`;
const sortedAbi = (abi) => [...abi].sort((a, b) => (entryKey(a) < entryKey(b) ? -1 : 1)).map(ordered);

/** One ABI entry per line: compact, and a change shows as the line it is. */
function render(artifact) {
  const head = Object.entries(artifact).filter(([key]) => key !== 'abi');
  const lines = head.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const abi = artifact.abi.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  return `{\n${lines.join('\n')}\n  "abi": [\n${abi}\n  ]\n}\n`;
}

function read(name) {
  const path = join(out, `${name}.sol`, `${name}.json`);
  if (!existsSync(path)) throw new Error(`${path} is missing; run forge build first`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

function deployable(name) {
  const { abi, bytecode, deployedBytecode } = read(name);
  const size = (deployedBytecode.object.length - 2) / 2;
  if (size > sizeLimit) throw new Error(`${name} has ${size} bytes of code, more than ${sizeLimit}`);
  if (/__\$/.test(bytecode.object)) throw new Error(`${name} has unlinked libraries`);
  return { contractName: name, deployedSize: size, deployedBytecodeSha256: sha256(deployedBytecode.object), bytecode: bytecode.object, abi: sortedAbi(abi) };
}

function files() {
  const made = new Map();
  for (const name of contracts) made.set(`${name}.json`, render(deployable(name)));
  for (const name of interfaces) made.set(`${name}.json`, render({ contractName: name, abi: sortedAbi(read(name).abi) }));
  const hashes = [...made].sort().map(([file, text]) => [file, sha256(text)]);
  const artifactsHash = sha256(hashes.map(([file, hash]) => `${file} ${hash}\n`).join(''));
  made.set('index.json', JSON.stringify({ artifactsHash, files: Object.fromEntries(hashes) }, null, 2) + '\n');
  return made;
}

const folder = join(root, 'artifacts');
const made = files();
if (check) {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const wrong = [...made].filter(([file, text]) => !present.includes(file) || readFileSync(join(folder, file), 'utf8') !== text).map(([file]) => file);
  const extra = present.filter((file) => !made.has(file));
  if (wrong.length + extra.length > 0) {
    console.error(`artifacts differ from the sources: ${[...wrong, ...extra].join(', ')}; run node contracts/scripts/export-artifacts.mjs`);
    process.exit(1);
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of made) writeFileSync(join(folder, file), text);
}
console.log(`${made.size} artifacts ${check ? 'are equal' : 'written'}`);
