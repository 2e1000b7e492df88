// Writes test/vectors/shared/tdx.json (not committed) from the real quotes, collateral and verdicts beside the project, where they are:
// each case as evidence, the registry's values made of its collateral, and whether it must pass. Without them it removes what a former
// run left, and the tests skip. Usage: node contracts/scripts/make-shared-vectors.mjs
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeAbiParameters, keccak256 } from 'viem';
import { timeOf, values } from './support/der.mjs';
import { issued, nextUpdate, policyOf, qeIdentityOf, reachedLevel, readPlatform } from './support/tcb.mjs';

const contracts = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const shared = resolve(contracts, '..', '..', 'shared', 'tdx');
const folder = join(contracts, 'test', 'vectors', 'shared');
if (!existsSync(join(shared, 'cases.json'))) {
  rmSync(folder, { recursive: true, force: true });
  console.log('no real quotes here: their tests will be skipped');
  process.exit(0);
}

const hex = (buffer) => `0x${Buffer.from(buffer).toString('hex')}`;
const statuses = ['UpToDate', 'SWHardeningNeeded', 'ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded', 'OutOfDate', 'OutOfDateConfigurationNeeded'];

function mutated(quote, changes) {
  for (const { offset, xor, truncate, append } of changes) {
    if (truncate !== undefined) quote = quote.subarray(0, truncate);
    else if (append !== undefined) quote = Buffer.concat([quote, Buffer.from(append, 'hex')]);
    else (quote = Buffer.from(quote))[offset] ^= xor;
  }
  return quote;
}

function certificatesOf(quote) {
  const pem = quote.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return pem.map((text) => Buffer.from(text.replace(/-----[A-Z ]*-----/g, ''), 'base64'));
}

/** From the newest start to the earliest end of the four signed documents. */
function datesOf(collateral, tcbInfo, identity) {
  const lists = ['root_ca_crl', 'pck_crl'].map((key) => {
    const fields = values(values(values(Buffer.from(collateral[key], 'hex'))[0].contents)[0].contents).filter(({ tag }) => tag === 0x17 || tag === 0x18);
    return fields.map(timeOf);
  });
  return {
    from: Math.max(issued(tcbInfo), issued(identity), ...lists.map(([first]) => first)),
    // All of them count in their last second still.
    until: Math.min(nextUpdate(tcbInfo), nextUpdate(identity), ...lists.map(([, last]) => last)) + 1,
  };
}

const none = { sgxComponents: Buffer.alloc(16), tdxComponents: Buffer.alloc(16), moduleSvns: Buffer.alloc(32), moduleVersions: 0, pceSvn: 0, pceId: 0, evaluationNumber: 0, validUntil: 0 };

function encoded(c) {
  const original = readFileSync(join(shared, c.quote));
  const quote = mutated(original, c.mutate ?? []);
  const collateral = JSON.parse(readFileSync(join(shared, c.collateral), 'utf8'));
  const [tcbInfo, identity] = [JSON.parse(collateral.tcb_info), JSON.parse(collateral.qe_identity)];
  const { from, until } = datesOf(collateral, tcbInfo, identity);
  // A changed certificate counts as far as it can be told apart.
  const chain = certificatesOf(quote).length === 3 ? certificatesOf(quote) : certificatesOf(original);
  const body = quote.length > 2 && quote.readUInt16LE(0) === 5 ? 54 : 48;
  const field = (offset, size) => quote.subarray(body + offset, body + offset + size);
  const platform = chain.length === 3 ? readPlatform(chain[0]) : null;
  const forTdx = tcbInfo.id === 'TDX' && identity.id === 'TD_QE' && platform !== null;

  // SGX quotes are accepted by nobody here, whatever a caller that asks for SGX would say.
  const expect = c.expect_all16_rule ?? c.expect;
  const accept = expect.verdict === 'accept' && c.tdx_only;
  const parts = { policy: none, higher: none };
  if (forTdx) {
    const reached = reachedLevel(tcbInfo, platform, [...(accept ? field(0, 16) : original.subarray(48, 64))]);
    const level = reached < 0 ? tcbInfo.tcbLevels.length - 1 : reached;
    const accepted = accept ? ['UpToDate', expect.module, expect.qe] : statuses;
    parts.policy = policyOf(tcbInfo, level, accepted, until);
    if (accept && level > 0) parts.higher = policyOf(tcbInfo, level - 1, accepted, until);
    if (accept && tcbInfo.tcbLevels[level].tcbStatus !== expect.platform) throw new Error(`${c.id}: ${tcbInfo.tcbLevels[level].tcbStatus}`);
  }
  const digest = quote.length >= body + 584 ? keccak256(hex(Buffer.concat([field(136, 48), field(328, 48), field(376, 48), field(424, 48), field(184, 48)]))) : hex(Buffer.alloc(32));
  const data = quote.length >= body + 584 ? field(520, 64) : Buffer.alloc(64);
  return encodeAbiParameters([caseType], [{
    name: c.id, accept, time: BigInt(Date.parse(c.at) / 1000), from: BigInt(from), evidence: encodeAbiParameters(Array(3).fill({ type: 'bytes' }), [hex(quote), hex(chain[0] ?? []), hex(chain[1] ?? [])]),
    fmspc: hex(forTdx ? Buffer.from(tcbInfo.fmspc, 'hex') : Buffer.alloc(6)), policy: rendered(parts.policy), higher: rendered(parts.higher),
    qeIdentity: rendered(qeIdentityOf(identity, accept ? ['UpToDate', expect.qe] : statuses)), image: digest, high: hex(data.subarray(0, 32)), low: hex(data.subarray(32)),
  }]);
}

const rendered = (struct) => Object.fromEntries(Object.entries(struct).map(([key, value]) => [key, Buffer.isBuffer(value) ? hex(value) : key === 'validUntil' ? BigInt(value) : value]));
const fields = (text) => text.split(', ').map((part) => ({ type: part.split(' ')[0], name: part.split(' ')[1] }));
const policyType = fields('bytes16 sgxComponents, bytes16 tdxComponents, bytes32 moduleSvns, uint32 moduleVersions, uint16 pceSvn, uint16 pceId, uint32 evaluationNumber, uint64 validUntil');
const identityType = fields('bytes32 mrSigner, bytes16 attributes, bytes16 attributesMask, bytes4 miscSelect, bytes4 miscSelectMask, uint16 isvProdId, uint16 isvSvn, uint32 evaluationNumber');
const caseType = { type: 'tuple', components: [
  ...fields('string name, bool accept, uint64 time, uint64 from, bytes evidence, bytes6 fmspc'),
  { type: 'tuple', name: 'policy', components: policyType }, { type: 'tuple', name: 'higher', components: policyType },
  { type: 'tuple', name: 'qeIdentity', components: identityType }, ...fields('bytes32 image, bytes32 high, bytes32 low'),
] };

/** Intel's longest published list, with the first certificate on it. */
function longList() {
  const list = readFileSync(join(shared, 'crl', 'pck-platform-129-revoked-20260716.der'));
  const entries = values(values(values(values(list)[0].contents)[0].contents).find(({ tag }, i) => tag === 0x30 && i > 2).contents);
  const serials = entries.map(({ contents }) => values(contents)[0].contents);
  return { list: hex(list), authority: hex(readFileSync(join(shared, 'collateral', 'raw', 'intel_pck_platform_ca.der'))), serials: serials.map((serial) => `0x${serial.toString('hex').slice(-64).padStart(64, '0')}`) };
}

const cases = JSON.parse(readFileSync(join(shared, 'cases.json'), 'utf8')).verdict_cases;
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'tdx.json'), JSON.stringify({ cases: cases.map(encoded), longList: longList() }) + '\n');
console.log(`${cases.length} cases of real quotes`);
