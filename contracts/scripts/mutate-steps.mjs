// Changes one operator, constant or comparison of the step verifier's sources at a time, in a copy, and runs the tests until one fails.
// Usage: nice -n 19 node contracts/scripts/mutate-steps.mjs [--sample N] [--seed N] [--file PART_OF_PATH] [--only TEXT] [--list] [--quick]
// A mutant that no test notices is printed with its line; the exit code is their number. Each takes a compilation and some seconds of tests,
// so the whole set (--list counts it) takes hours: the test suite does not run it. --only keeps the mutants whose line contains the text
// ('false && (' are the checks left out). --quick leaves out the longest tests, which alone notice some mutants.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const forge = join(root, '../node_modules/@foundry-rs/forge-linux-amd64/bin/forge');
const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);

const libraries = ['Binary32', 'BlockQuantizer', 'GumbelNoise', 'Int8Dot', 'KeccakMerkle', 'KvOpenings', 'Lanes', 'LittleEndian', 'Openings',
  'OperatorLayout', 'Philox', 'ShaMerkle', 'WeightLayout', 'Witness'];
const files = [
  ...readdirSync(join(root, 'src/steps')).map((name) => `src/steps/${name}`),
  ...libraries.map((name) => `src/libraries/${name}.sol`),
].filter((path) => path.includes(option('--file', '')));

/** [pattern, replacement]: every match of every pattern in a line of code is a mutant. */
const rules = [
  [/ < /g, ' <= '], [/ <= /g, ' < '], [/ > /g, ' >= '], [/ >= /g, ' > '], [/ == /g, ' != '], [/ != /g, ' == '],
  [/ \+ /g, ' - '], [/ - /g, ' + '], [/ \* /g, ' + '], [/ \/ /g, ' * '], [/ % /g, ' / '],
  [/ && /g, ' || '], [/ \|\| /g, ' && '], [/ << /g, ' >> '], [/ >> /g, ' << '], [/ \| /g, ' & '], [/ & /g, ' | '], [/ \^ /g, ' | '],
  [/\+\+/g, '+= 2'], [/\btrue\b/g, 'false'], [/\bfalse\b/g, 'true'],
  [/\badd\(/g, 'sub('], [/\bsub\(/g, 'add('], [/\bmul\(/g, 'add('], [/\bdiv\(/g, 'mul('], [/\bshl\(/g, 'shr('], [/\bshr\(/g, 'shl('],
  [/\band\(/g, 'or('], [/\bor\(/g, 'and('], [/\bxor\(/g, 'or('], [/\bgt\(/g, 'lt('], [/\blt\(/g, 'gt('], [/\bsgt\(/g, 'slt('],
  [/\biszero\(/g, 'not('], [/\bsar\(/g, 'shr('],
  // A check that is left out, a number that is one off.
  [/\bif \((.*)\) revert /g, (match, condition) => `if (false && (${condition})) revert `],
  [/(?<![\w.])(0x[0-9a-f]+|\d+)(?![\w.])/g, (match) => (match.startsWith('0x') ? `0x${(BigInt(match) ^ 1n).toString(16)}` : `${BigInt(match) + 1n}`)],
];

const skipped = /^\s*(\/\/|\/\*|\*|import |pragma |error |library |contract |abstract |\}|struct )/;

function mutantsOf(path) {
  const made = [];
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  lines.forEach((line, number) => {
    if (skipped.test(line)) return;
    const code = line.replace(/\/\/.*$/, '');
    for (const [pattern, replacement] of rules) {
      for (const match of code.matchAll(pattern)) {
        const text = typeof replacement === 'function' ? replacement(...match) : replacement;
        const mutated = line.slice(0, match.index) + text + line.slice(match.index + match[0].length);
        if (mutated !== line) made.push({ path, number, line, mutated });
      }
    }
  });
  return made;
}

/** A generator of numbers in [0, 1) from a seed (mulberry32), so that a sample can be drawn again. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function sampleOf(all, count, seed) {
  const next = random(seed);
  const shuffled = [...all];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled.slice(0, count);
}

/** A copy with only what the steps need; its build products last from one mutant to the next. */
function workspace() {
  const folder = mkdtempSync(join(tmpdir(), 'mutate-steps-'));
  const tests = ['DisputeTrees', 'SaltStep', 'StepLayout', 'StepOpenings', 'StepVectors', 'Steps', 'Binary32', 'BlockQuantizer', 'GumbelNoise', 'Philox'];
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  for (const name of ['foundry.toml', 'solc-npm']) cpSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, 'test'));
  for (const name of ['support', 'vectors']) cpSync(join(root, 'test', name), join(folder, 'test', name), { recursive: true });
  for (const name of readdirSync(join(root, 'test'))) {
    if (tests.some((test) => name === `${test}.t.sol`)) cpSync(join(root, 'test', name), join(folder, 'test', name));
  }
  symlinkSync(join(root, '../node_modules'), join(folder, 'node_modules'));
  return folder;
}

// Tests deploy the parts from their artifacts, so that a mutant in a part compiles without the tests.
const environment = { ...process.env, FOUNDRY_DYNAMIC_TEST_LINKING: 'true', FOUNDRY_FUZZ_RUNS: '64', NODE_PATH: join(root, '../node_modules') };
const run = (folder, ...parameters) => spawnSync(forge, parameters, { cwd: folder, env: environment, encoding: 'utf8', maxBuffer: 1 << 28 });

/** The tests in the order in which they tend to notice; a mutant is dead at the first that fails. */
const quick = ['test/StepVectors.t.sol', 'test/{DisputeTrees,StepLayout,Binary32,BlockQuantizer,GumbelNoise,Philox}.t.sol', 'test/{StepOpenings,SaltStep}.t.sol'];
const stages = args.includes('--quick') ? quick : [...quick, 'test/Steps.t.sol'];

function judge(folder, mutant) {
  const path = join(folder, mutant.path);
  const original = readFileSync(path, 'utf8');
  const lines = original.split('\n');
  lines[mutant.number] = mutant.mutated;
  writeFileSync(path, lines.join('\n'));
  try {
    if (run(folder, 'build', mutant.path).status !== 0) return 'does not compile';
    for (const stage of stages) {
      if (run(folder, 'test', '--fail-fast', '--match-path', stage).status !== 0) return `killed by ${stage}`;
    }
    return 'SURVIVED';
  } finally {
    writeFileSync(path, original);
  }
}

const all = files.flatMap(mutantsOf).filter((mutant) => mutant.mutated.includes(option('--only', '')));
if (args.includes('--list')) {
  for (const path of files) console.log(`${all.filter((mutant) => mutant.path === path).length} ${path}`);
  console.log(`${all.length} mutants`);
  process.exit(0);
}
const chosen = sampleOf(all, Number(option('--sample', '20')), Number(option('--seed', '1')));
const folder = workspace();
try {
  const clean = stages.find((stage) => run(folder, 'test', '--fail-fast', '--match-path', stage).status !== 0);
  if (clean) throw new Error(`${clean} fails without a mutant in ${folder}`);
  const counts = {};
  for (const mutant of chosen) {
    const started = Date.now();
    const verdict = judge(folder, mutant);
    const kind = verdict.split(' ')[0];
    counts[kind] = (counts[kind] ?? 0) + 1;
    console.log(`${verdict} (${Math.round((Date.now() - started) / 1000)} s) ${mutant.path}:${mutant.number + 1}\n  ${mutant.mutated.trim()}`);
  }
  console.log(JSON.stringify(counts));
  process.exitCode = Math.min(counts.SURVIVED ?? 0, 100);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
