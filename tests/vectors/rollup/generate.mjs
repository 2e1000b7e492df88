// Writes messages.json and state.json beside this file. Independent of the C# code: viem for ABI, EIP-712 and Keccak, the trees in full here.
import { writeFileSync } from "node:fs";
import { concat, encodeAbiParameters, hashTypedData, keccak256, numberToHex, pad, slice, stringToHex } from "viem";

const field = (text) => text.split(",").map((part) => ({ type: part.split(" ")[0], name: part.split(" ")[1] }));
const types = {
  Sampling: field("bool greedy,uint32 inverseTemperatureBits,uint32 topK,bytes32 seed"),
  JobRequest: field("address user,address sequencer,uint64 nonce,bytes32 modelId,bytes32 promptTokensRoot,uint32 promptTokens,uint32 maxOutputTokens,uint32[] stopTokens,Sampling sampling,uint128 promptPrice,uint128 outputPrice,uint128 maxFee,uint128 cumulativeMax,uint64 deadline,uint8 payment,uint8 privacy"),
  CancelJob: field("bytes32 jobId,uint32 outputTokens"),
  ShardReceipt: field("bytes32 jobId,uint32 slot,address operator,uint64 epoch,uint32 positions,bytes32 tokensRoot,bytes32 traceRoot,uint64 postBefore"),
  AnswerReceipt: field("bytes32 jobId,bytes32 tokensRoot,uint128 fee,uint64 postBefore"),
  Account: field("address owner,uint128 spent,uint64 nonce,uint128 earned,uint128 earningsSpent"),
  BatchHeader: field("uint16 version,bytes32 receiptsRoot,uint32 count,bytes32 quotesRoot,uint32 quoteCount,bytes32 dataRoot,uint32 chunkCount,bytes32 stateRoot"),
};
const tuple = (name, type) => types[type]
  ? { name, type: "tuple", components: types[type].map((f) => tuple(f.name, f.type)) }
  : { name, type };
const hash = (text) => keccak256(stringToHex(`TeeTee vector ${text}`));
const address = (text) => slice(hash(text), 12);
const chainId = 84532;
const rollup = address("rollup");

const sign = (type, message) => {
  const signature = concat([hash("r"), hash("s"), "0x1b"]);
  const names = { payment: ["credits", "earnings"], privacy: ["public", "sealed"] };
  const signed = encodeAbiParameters([tuple("message", type), { type: "bytes", name: "signature" }], [message, signature]);
  const json = (value) => Object.fromEntries(Object.entries(value).map(([key, v]) => [key,
    names[key] ? names[key][v] : typeof v === "bigint" ? v.toString() : v !== null && typeof v === "object" && !Array.isArray(v) ? json(v) : v]));
  return {
    type,
    signed: { message: json(message), signature },
    abi: encodeAbiParameters([tuple("message", type)], [message]),
    digest: hashTypedData({ domain: { name: "TeeTee", version: "1", chainId, verifyingContract: rollup }, types, primaryType: type, message }),
    signedHash: keccak256(signed),
  };
};

const request = {
  user: address("user"), sequencer: address("sequencer"), nonce: 7, modelId: hash("model"), promptTokensRoot: hash("prompt"), promptTokens: 12,
  maxOutputTokens: 64, stopTokens: [2, 32000, 4294967294], sampling: { greedy: false, inverseTemperatureBits: 0x3fa00000, topK: 0, seed: hash("seed") },
  promptPrice: 1_000_000_007n, outputPrice: 3_000_000_019n, maxFee: 10n ** 18n, cumulativeMax: (1n << 128n) - 1n, deadline: 1900000000,
  payment: 1, privacy: 0,
};
const jobId = sign("JobRequest", request).digest;
const messages = [
  sign("JobRequest", request),
  sign("JobRequest", { ...request, stopTokens: [], payment: 0, privacy: 1 }),
  sign("CancelJob", { jobId, outputTokens: 5 }),
  sign("ShardReceipt", { jobId, slot: 3, operator: address("operator"), epoch: 190000000, positions: 16, tokensRoot: hash("tokens"), traceRoot: hash("trace"), postBefore: 1900000600 }),
  sign("AnswerReceipt", { jobId, tokensRoot: hash("tokens"), fee: 27_000_000_179n, postBefore: 1900000600 }),
];

// RFC 6962 shape by its recursive definition, wrapped with tag and size.
const mth = (leaves) => {
  if (leaves.length === 0) return keccak256("0x");
  if (leaves.length === 1) return keccak256(concat(["0x00", leaves[0]]));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return keccak256(concat(["0x01", mth(leaves.slice(0, split)), mth(leaves.slice(split))]));
};
const root = (tag, leaves) => keccak256(concat([stringToHex(tag), numberToHex(leaves.length, { size: 8 }), mth(leaves)]));

// The sparse tree by its definition over all 160 levels.
const zero = pad("0x", { size: 32 });
const bit = (key, depth) => (BigInt(key) >> BigInt(159 - depth)) & 1n;
const subtree = (accounts, depth) => {
  if (accounts.length === 0) return zero;
  if (depth === 160) return keccak256(concat(["0x00", encodeAbiParameters([tuple("account", "Account")], [accounts[0]])]));
  const left = subtree(accounts.filter((a) => bit(a.owner, depth) === 0n), depth + 1);
  const right = subtree(accounts.filter((a) => bit(a.owner, depth) === 1n), depth + 1);
  return left === zero && right === zero ? zero : keccak256(concat(["0x01", left, right]));
};
const accounts = Array.from({ length: 20 }, (_, i) => ({
  owner: address(`account ${i}`), spent: BigInt(i) ** 9n, nonce: i + 1, earned: BigInt(hash(`earned ${i}`)) >> 129n, earningsSpent: BigInt(i),
}));
accounts.push({ ...accounts[0], owner: numberToHex(BigInt(accounts[0].owner) ^ 1n, { size: 20 }) });

const header = {
  version: 1, receiptsRoot: hash("receipts"), count: 3, quotesRoot: hash("quotes"), quoteCount: 2, dataRoot: hash("data"), chunkCount: 19, stateRoot: hash("state"),
};
const parentHash = hash("parent");
const digests = Array.from({ length: 7 }, (_, i) => hash(`digest ${i}`));
const executionRoot = root("TT/exec1", [...digests].sort());
const word = (text) => field(text).map(({ type, name }) => ({ type, name }));
const keys = [address("signing key"), hash("encryption key")];
const keyHash = keccak256(encodeAbiParameters(word("address signingKey,bytes32 encryptionKey"), keys));
const poea = keccak256(encodeAbiParameters(
  word("string tag,uint256 chainId,address rollup,bytes32 modelId,uint32 slot,address operator,uint64 epoch,bytes32 executionRoot"),
  ["TeeTee PoEA v1", BigInt(chainId), rollup, hash("model"), 3, address("operator"), 190000000n, executionRoot]));
const registration = keccak256(encodeAbiParameters(
  word("string tag,uint256 chainId,address rollup,uint32 slot,address operator,bytes32 nonce"),
  ["TeeTee registration v1", BigInt(chainId), rollup, 3, address("operator"), hash("nonce")]));
const head = "string tag,uint256 chainId,address rollup,bytes32 modelId,uint32 slot,address operator";
const common = [BigInt(chainId), rollup, hash("model"), 3, address("operator")];
const tls = keccak256(encodeAbiParameters(
  word(`${head},bytes32 publicKeyHash,uint64 notBefore,uint64 notAfter`),
  ["TeeTee TLS v1", ...common, hash("tls key"), 1900000000n, 1900086400n]));
const attestation = keccak256(encodeAbiParameters(word(`${head},bytes32 nonce`), ["TeeTee attestation v1", ...common, hash("nonce")]));
const legacy = concat([pad(address("signing key"), { dir: "right", size: 32 }), hash("nonce")]);
const chunk = concat([numberToHex(1, { size: 4 }), "0x04", numberToHex(0, { size: 2 }), numberToHex(2, { size: 4 }), numberToHex(40000, { size: 4 }), hash("chunk")]);

const text = (value) => JSON.stringify(value, (_, v) => typeof v === "bigint" ? v.toString() : v, 2) + "\n";
const folder = new URL("./", import.meta.url);
writeFileSync(new URL("messages.json", folder), text({ chainId, rollup, messages }));
writeFileSync(new URL("state.json", folder), text({
  chainId, rollup, accounts, stateRoot: subtree(accounts, 0),
  batch: { index: 5, parentHash, header, batchHash: keccak256(encodeAbiParameters(
    [...word("uint256 chainId,address rollup,uint64 index,bytes32 parentHash"), tuple("header", "BatchHeader")], [BigInt(chainId), rollup, 5n, parentHash, header])) },
  execution: { digests, root: executionRoot },
  reportData: { modelId: hash("model"), slot: 3, operator: address("operator"), epoch: 190000000, nonce: hash("nonce"), signingKey: keys[0], encryptionKey: keys[1],
    publicKeyHash: hash("tls key"), notBefore: 1900000000, notAfter: 1900086400,
    poea: concat([poea, keyHash]), registration: concat([registration, keyHash]), tls: concat([tls, keyHash]), attestation: concat([attestation, keyHash]), legacy },
  chunk: { leaf: 1, kind: 4, part: 0, number: 2, itemLength: 40000, hash: hash("chunk"), leafData: chunk, dataRoot: root("TT/data1", [chunk]) },
}));
