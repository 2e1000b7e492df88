// Writes test/vectors/messages.json: EIP-712 digests, hashes, account proofs and Merkle proofs made by viem from docs/protocol.md, apart
// from the Solidity code that the tests compare with them. Usage: node contracts/scripts/make-vectors.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concatHex, encodeAbiParameters, hashTypedData, keccak256, numberToHex, parseAbiParameters, toHex } from 'viem';

const path = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'test', 'vectors', 'messages.json');
const domain = { name: 'TeeTee', version: '1', chainId: 31337, verifyingContract: '0x00000000000000000000000000000000c0ffee00' };
const word = (label) => keccak256(toHex(label));
const address = (label) => `0x${word(label).slice(26)}`;

const types = {
  Sampling: fields('bool greedy,uint32 inverseTemperatureBits,uint32 topK,bytes32 seed'),
  JobRequest: fields('address user,address sequencer,uint64 nonce,bytes32 modelId,bytes32 promptTokensRoot,uint32 promptTokens,uint32 maxOutputTokens,uint32[] stopTokens,Sampling sampling,uint128 promptPrice,uint128 outputPrice,uint128 maxFee,uint128 cumulativeMax,uint64 deadline,uint8 payment,uint8 privacy'),
  CancelJob: fields('bytes32 jobId,uint32 outputTokens'),
  ShardReceipt: fields('bytes32 jobId,uint32 slot,address operator,uint64 epoch,uint32 positions,bytes32 tokensRoot,bytes32 traceRoot,uint64 postBefore'),
  AnswerReceipt: fields('bytes32 jobId,bytes32 tokensRoot,uint128 fee,uint64 postBefore'),
};

function fields(text) {
  return text.split(',').map((part) => ({ type: part.split(' ')[0], name: part.split(' ')[1] }));
}

/** The ABI type of a message, nested structs included. */
function parameter(name) {
  const components = types[name].map((f) => (types[f.type] ? { ...parameter(f.type), name: f.name } : f));
  return { type: 'tuple', name: name.toLowerCase(), components };
}

const encode = (name, message) => encodeAbiParameters([parameter(name)], [message]);
const itemHash = (name, message, signature) => keccak256(encodeAbiParameters([parameter(name), { type: 'bytes' }], [message, signature]));
const digest = (name, message) => hashTypedData({ domain, types, primaryType: name, message });

const request = {
  user: address('user'), sequencer: address('sequencer'), nonce: 7n, modelId: word('model'), promptTokensRoot: word('prompt'),
  promptTokens: 11, maxOutputTokens: 64, stopTokens: [2, 31999], sampling: { greedy: false, inverseTemperatureBits: 0x3f800000, topK: 0, seed: word('seed') },
  promptPrice: 1_000_000_007n, outputPrice: 2_000_000_011n, maxFee: (1n << 100n) + 1n, cumulativeMax: (1n << 127n) + 3n, deadline: 1_800_000_123n, payment: 1, privacy: 0,
};
const jobId = digest('JobRequest', request);
const messages = {
  JobRequest: request,
  CancelJob: { jobId, outputTokens: 5 },
  ShardReceipt: { jobId, slot: 3, operator: address('operator'), epoch: 180_000_012n, positions: 15, tokensRoot: word('tokens'), traceRoot: word('trace'), postBefore: 1_800_003_600n },
  AnswerReceipt: { jobId, tokensRoot: word('tokens'), fee: 33_000_000_022n, postBefore: 1_800_003_600n },
};
const signature = concatHex([word('r'), word('s'), '0x1b']);

const leafHash = (data) => keccak256(concatHex(['0x00', data]));
const join2 = (left, right) => keccak256(concatHex(['0x01', left, right]));
const split = (n) => 2 ** Math.floor(Math.log2(n - 1));
const treeHash = (leaves) => leaves.length === 1 ? leafHash(leaves[0]) : join2(treeHash(leaves.slice(0, split(leaves.length))), treeHash(leaves.slice(split(leaves.length))));
function inclusion(leaves, index) {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...inclusion(leaves.slice(0, k), index), treeHash(leaves.slice(k))]
    : [...inclusion(leaves.slice(k), index - k), treeHash(leaves.slice(0, k))];
}

const merkle = [];
for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 21]) {
  const leaves = Array.from({ length: size }, (_, i) => toHex(`leaf ${i} of ${size}`));
  const root = keccak256(concatHex([toHex('TT/rcpt1'), numberToHex(size, { size: 8 }), treeHash(leaves)]));
  for (let index = 0; index < size; index++) merkle.push({ size: BigInt(size), index: BigInt(index), root, data: leaves[index], proof: inclusion(leaves, index) });
}

const zero = `0x${'00'.repeat(32)}`;
const accountType = parseAbiParameters('address owner, uint128 spent, uint64 nonce, uint128 earned, uint128 earningsSpent');
const accounts = Array.from({ length: 9 }, (_, i) => [address(`account ${i % 8}${i === 8 ? 'x' : ''}`), BigInt(i) ** 30n, BigInt(i), 10n ** BigInt(i), BigInt(i)]);
accounts.push([`0x${accounts[0][0].slice(2, -1)}${(parseInt(accounts[0][0].slice(-1), 16) ^ 1).toString(16)}`, 1n, 1n, 1n, 1n]);
const bit = (key, level) => (BigInt(key) >> BigInt(level)) & 1n;
function subtree(list, level) {
  if (list.length === 0) return zero;
  if (level === 0) return keccak256(concatHex(['0x00', encodeAbiParameters(accountType, list[0])]));
  return join2(subtree(list.filter((a) => bit(a[0], level - 1) === 0n), level - 1), subtree(list.filter((a) => bit(a[0], level - 1) === 1n), level - 1));
}
function accountProof(key) {
  let bitmap = 0n;
  const siblings = [];
  let list = accounts;
  for (let level = 159; level >= 0; level--) {
    const side = bit(key, level);
    const sibling = subtree(list.filter((a) => bit(a[0], level) !== side), level);
    list = list.filter((a) => bit(a[0], level) === side);
    if (sibling === zero) continue;
    bitmap |= 1n << BigInt(level);
    siblings.unshift(sibling);
  }
  return { bitmap: numberToHex(bitmap, { size: 32 }), siblings };
}

const empty = [`0x${'00'.repeat(20)}`, 0n, 0n, 0n, 0n];
const root = subtree(accounts, 160);
const proofs = [...accounts.map((a) => [a[0], a]), [address('nobody'), empty], [address('nobody 2'), empty]].map(([key, account]) => ({ key, account, ...accountProof(key) }));
const accountTuple = { type: 'tuple', components: accountType };
const proofType = { type: 'tuple[]', components: [{ name: 'key', type: 'address' }, { ...accountTuple, name: 'account' }, { name: 'bitmap', type: 'bytes32' }, { name: 'siblings', type: 'bytes32[]' }] };
const named = ([owner, spent, nonce, earned, earningsSpent]) => ({ owner, spent, nonce, earned, earningsSpent });
const merkleType = { type: 'tuple[]', components: [{ name: 'size', type: 'uint64' }, { name: 'index', type: 'uint64' }, { name: 'root', type: 'bytes32' }, { name: 'data', type: 'bytes' }, { name: 'proof', type: 'bytes32[]' }] };

const made = {
  domain: { chainId: domain.chainId, verifyingContract: domain.verifyingContract },
  signature,
  messages: Object.fromEntries(Object.entries(messages).map(([name, message]) => [name, { encoded: encode(name, message), digest: digest(name, message), itemHash: itemHash(name, message, signature) }])),
  merkle: encodeAbiParameters([merkleType], [merkle]),
  accountRoot: root,
  accountProofs: encodeAbiParameters([proofType], [proofs.map((p) => ({ ...p, account: named(p.account) }))]),
};
const text = JSON.stringify(made, null, 2) + '\n';
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) throw new Error('test/vectors/messages.json is stale; run make-vectors.mjs');
console.log(`${merkle.length} Merkle proofs, ${proofs.length} account proofs, ${Object.keys(messages).length} messages`);
