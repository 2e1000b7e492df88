// Answers the generated cases on standard input with viem, in one process.
import { readFileSync } from 'node:fs';
import {
  encodeAbiParameters, encodePacked, getAddress, hashDomain, hashTypedData, keccak256, parseAbiParameters, sha256, toEventSelector,
  toFunctionSelector, toRlp,
} from 'viem';

const cases = JSON.parse(readFileSync(0, 'utf8'));

// Numbers travel as decimal text.
const convert = (type, value) => {
  const array = type.type.match(/^(.*)\[\d*\]$/);
  if (array) return value.map((item) => convert({ ...type, type: array[1] }, item));
  if (type.type === 'tuple') return value.map((item, index) => convert(type.components[index], item));
  return /^u?int/.test(type.type) ? BigInt(value) : value;
};

const abi = ({ types, values }) => {
  const parameters = parseAbiParameters(types);
  return encodeAbiParameters(parameters, values.map((value, index) => convert(parameters[index], value)));
};

const packed = ({ types, values }) => encodePacked(types, values.map((value, index) => convert({ type: types[index] }, value)));

const typed = ({ domain, types, message }) => {
  const all = { ...domain, chainId: BigInt(domain.chainId) };
  return {
    digest: hashTypedData({ domain: all, types, primaryType: 'Outer', message }),
    separator: hashDomain({
      domain: all,
      types: {
        EIP712Domain: [
          { name: 'name', type: 'string' }, { name: 'version', type: 'string' },
          { name: 'chainId', type: 'uint256' }, { name: 'verifyingContract', type: 'address' },
        ],
      },
    }),
  };
};

console.log(JSON.stringify({
  keccak: (cases.keccak ?? []).map((data) => keccak256(data)),
  sha256: (cases.sha256 ?? []).map((data) => sha256(data)),
  checksum: (cases.checksum ?? []).map((address) => getAddress(address)),
  abi: (cases.abi ?? []).map(abi),
  packed: (cases.packed ?? []).map(packed),
  rlp: (cases.rlp ?? []).map((value) => toRlp(value)),
  selectors: (cases.selectors ?? []).map((text) => toFunctionSelector(text)),
  topics: (cases.topics ?? []).map((text) => toEventSelector(text)),
  typed: (cases.typed ?? []).map(typed),
}));
