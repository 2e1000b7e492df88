// Signs the generated transactions and digests on standard input with viem, in one process.
import { readFileSync } from 'node:fs';
import { keccak256, recoverAddress } from 'viem';
import { privateKeyToAccount, sign } from 'viem/accounts';

const cases = JSON.parse(readFileSync(0, 'utf8'));

const transactions = await Promise.all(cases.transactions.map(async ({ key, transaction }) => {
  const raw = await privateKeyToAccount(key).signTransaction({
    ...transaction,
    type: 'eip1559',
    nonce: Number(transaction.nonce),
    gas: BigInt(transaction.gas),
    maxFeePerGas: BigInt(transaction.maxFeePerGas),
    maxPriorityFeePerGas: BigInt(transaction.maxPriorityFeePerGas),
    value: BigInt(transaction.value),
  });
  return { raw, hash: keccak256(raw) };
}));

const signatures = await Promise.all(cases.digests.map(async ({ key, digest, ours }) => ({
  address: privateKeyToAccount(key).address,
  signature: await sign({ hash: digest, privateKey: key, to: 'hex' }),
  recovered: await recoverAddress({ hash: digest, signature: ours }),
})));

console.log(JSON.stringify({ transactions, signatures }));
