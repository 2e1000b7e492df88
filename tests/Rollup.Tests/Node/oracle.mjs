// Reads {domain, items: [{type, message}]} on standard input and writes what viem makes of it: EIP-712 digests and ABI encodings.
import { encodeAbiParameters, hashTypedData, keccak256 } from "viem";

const field = (text) => text.split(",").map((part) => {
  const [type, name] = part.split(" ");
  return { type, name };
});
const types = {
  Sampling: field("bool greedy,uint32 inverseTemperatureBits,uint32 topK,bytes32 seed"),
  JobRequest: field("address user,address sequencer,uint64 nonce,bytes32 modelId,bytes32 promptTokensRoot,uint32 promptTokens,uint32 maxOutputTokens,uint32[] stopTokens,Sampling sampling,uint128 promptPrice,uint128 outputPrice,uint128 maxFee,uint128 cumulativeMax,uint64 deadline,uint8 payment,uint8 privacy"),
  CancelJob: field("bytes32 jobId,uint32 outputTokens"),
  ShardReceipt: field("bytes32 jobId,uint32 slot,address operator,uint64 epoch,uint32 positions,bytes32 tokensRoot,bytes32 traceRoot,uint64 postBefore"),
  AnswerReceipt: field("bytes32 jobId,bytes32 tokensRoot,uint128 fee,uint64 postBefore"),
  QueryReceipt: field("bytes32 jobId,bytes32 requestHash,bytes32[] shardReceiptHashes,uint8 finish,uint32 promptTokens,uint32 outputTokens,bytes32 tokensRoot,bytes32 cancelHash,uint128 fee,bytes32 stateRootAfter"),
  QuoteRecord: field("bytes32 modelId,uint32 slot,address operator,uint64 epoch,bytes32 executionRoot,address signingKey,bytes32 encryptionKey,bytes32 quoteHash"),
  SequencerLink: field("bytes32 publicKeyHash,uint64 notBefore,uint64 notAfter"),
  ShardClaims: field("uint64 chainId,address rollup,bytes32 modelId,uint32 slot,address operator,address signingKey,bytes32 encryptionKey"),
  Account: field("address owner,uint128 spent,uint64 nonce,uint128 earned,uint128 earningsSpent"),
  BatchHeader: field("uint16 version,bytes32 receiptsRoot,uint32 count,bytes32 quotesRoot,uint32 quoteCount,bytes32 dataRoot,uint32 chunkCount,bytes32 stateRoot"),
};
const signed = ["JobRequest", "CancelJob", "ShardReceipt", "AnswerReceipt", "SequencerLink"];
const tuple = (name, type) => types[type]
  ? { name, type: "tuple", components: types[type].map((f) => tuple(f.name, f.type)) }
  : { name, type };
const names = { payment: ["credits", "earnings"], privacy: ["public", "sealed"], finish: ["", "stop", "length", "cancelled", "void"] };
const plain = (message) => Object.fromEntries(Object.entries(message)
  .map(([key, value]) => [key, names[key] ? names[key].indexOf(value) : value]));

let input = "";
for await (const part of process.stdin) input += part;
// JSON.parse would round integers above 2^53.
const { domain, items } = JSON.parse(input.replace(/:(\d{16,})(?=[,}])/g, ':"$1"'),
  (key, value) => typeof value === "string" && /^\d+$/.test(value) ? BigInt(value) : value);
const result = items.map(({ type, message, signature }) => {
  const value = plain(message);
  const abi = encodeAbiParameters([tuple("message", type)], [value]);
  const answer = { abi };
  if (signed.includes(type)) {
    answer.digest = hashTypedData({
      domain: { name: "TeeTee", version: "1", chainId: domain.chainId, verifyingContract: domain.rollup },
      types,
      primaryType: type,
      message: value,
    });
    answer.signed = encodeAbiParameters([tuple("message", type), { type: "bytes", name: "signature" }], [value, signature]);
    answer.signedHash = keccak256(answer.signed);
  }
  return answer;
});
process.stdout.write(JSON.stringify(result));
