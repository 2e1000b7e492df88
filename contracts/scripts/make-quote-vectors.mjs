// Writes test/vectors/quotes.json: a simulated PKI, PCK certificates and TDX quotes, good ones and one per rule that a bad one breaks,
// with the error that TdxQuoteVerifier must name. An independent writer: it shares nothing with the C# simulator and the Solidity
// readers but Intel's formats. Same bytes in every run. Usage: node contracts/scripts/make-quote-vectors.mjs [--check]
import { X509Certificate, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concatHex, encodeAbiParameters, keccak256 } from 'viem';
import * as der from './support/der.mjs';
import { bytes32, keyOf, mod, n, pair, sha256, sign, toNumber } from './support/p256.mjs';

const path = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'test', 'vectors', 'quotes.json');
const time = 1_800_000_000;
const at = (offsetDays) => new Date((time + offsetDays * 86_400) * 1000);
const fill = (label, size) => {
  let made = Buffer.alloc(0);
  for (let i = 0; made.length < size; i++) made = Buffer.concat([made, sha256(Buffer.from(`TeeTee vectors: ${label} ${i}`))]);
  return made.subarray(0, size);
};
const u16 = (number) => { const b = Buffer.alloc(2); b.writeUInt16LE(number); return b; };
const u32 = (number) => { const b = Buffer.alloc(4); b.writeUInt32LE(number); return b; };
const hex = (buffer) => `0x${buffer.toString('hex')}`;
const flip = (buffer, position, mask = 1) => { const b = Buffer.from(buffer); b[position] ^= mask; return b; };

// ---------------------------------------------------------------- certificates

const ids = {
  ecdsaSha256: '1.2.840.10045.4.3.2', ecdsaSha384: '1.2.840.10045.4.3.3', ecPublicKey: '1.2.840.10045.2.1', p256: '1.2.840.10045.3.1.7', p384: '1.3.132.0.34',
  commonName: '2.5.4.3', organisation: '2.5.4.10', keyUsage: '2.5.29.15', basicConstraints: '2.5.29.19', subjectKey: '2.5.29.14', policies: '2.5.29.32', sgx: '1.2.840.113741.1.13.1',
};
const root = keyOf('root');
const otherRoot = keyOf('other root');
const platformKey = keyOf('platform CA');
const processorKey = keyOf('processor CA');
const pckKey = keyOf('PCK');

const name = (commonName, text = der.utf8) => der.sequence(
  der.set(der.sequence(der.oid(ids.commonName), text(commonName))),
  der.set(der.sequence(der.oid(ids.organisation), der.utf8('TeeTee simulated TEE'))),
);
const ia5 = (text) => der.value(0x16, Buffer.from(text));
const names = { root: name('Intel SGX Root CA'), platform: name('Intel SGX PCK Platform CA'), processor: name('Intel SGX PCK Processor CA'), leaf: name('Intel SGX PCK Certificate') };
const extension = (id, critical, contents) => der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(contents));
const authorityExtensions = [
  extension(ids.keyUsage, true, der.bits(Buffer.of(0x06), 1)),
  extension(ids.basicConstraints, true, der.sequence(der.boolean(true), der.integer(0))),
];
const leafUsage = extension(ids.keyUsage, true, der.bits(Buffer.of(0xc0), 6));
const leafConstraints = extension(ids.basicConstraints, true, der.sequence());
const subjectKey = extension(ids.subjectKey, false, der.octets(fill('subject key', 20)));

const member = (suffix, ...contents) => der.sequence(der.oid(`${ids.sgx}.${suffix}`), ...contents);
const goodTcb = { components: [7, 7, 3, 3, 255, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0], pceSvn: 13 };
const tcbMembers = ({ components, pceSvn }) => [
  ...components.map((svn, i) => member(`2.${i + 1}`, der.integer(svn))),
  member('2.17', der.integer(pceSvn)),
  member('2.18', der.octets(Buffer.from(components.map((svn) => svn & 255)))),
];
const fmspc = Buffer.from('90c06f000000', 'hex');
function sgxMembers({ tcb = tcbMembers(goodTcb), pceId = Buffer.of(0, 0), family = fmspc, processor = false } = {}) {
  const members = [
    member('1', der.octets(fill('ppid', 16))), member('2', der.sequence(...tcb)), member('3', der.octets(pceId)),
    member('4', der.octets(family)), member('5', der.value(0x0a, Buffer.of(1))),
  ];
  if (processor) return members;
  return [...members, member('6', der.octets(fill('instance', 16))),
    member('7', der.sequence(member('7.1', der.boolean(true)), member('7.2', der.boolean(true)), member('7.3', der.boolean(true))))];
}
const sgx = (members) => extension(ids.sgx, false, der.sequence(...members));
const leafExtensions = (...more) => [subjectKey, leafUsage, leafConstraints, ...more];

function publicKey(key, { algorithm = ids.ecPublicKey, curve = ids.p256, point = Buffer.concat([Buffer.of(4), key.raw]), unused = 0 } = {}) {
  return der.sequence(der.sequence(der.oid(algorithm), der.oid(curve)), der.bits(point, unused));
}

/** The first of a row of labelled things that fits. */
function search(label, make, fits) {
  for (let i = 0; ; i++) if (fits(make(`${label} ${i}`))) return make(`${label} ${i}`);
}

/** A certificate; every part can be given otherwise. */
function certificate(o) {
  const algorithm = der.sequence(der.oid(o.algorithm ?? ids.ecdsaSha256));
  const validity = o.validity ?? der.sequence((o.time ?? der.utcTime)(o.from ?? at(-365)), (o.time ?? der.utcTime)(o.until ?? at(3650)));
  const tbs = der.sequence(
    der.value(0xa0, der.integer(o.version ?? 2)), o.serial ?? der.integer(toNumber(fill(o.label, 19))), algorithm, o.issuer, validity, o.subject,
    o.publicKey ?? publicKey(o.key), o.extensions ? der.value(0xa3, der.sequence(...o.extensions)) : Buffer.alloc(0),
  );
  const { r, s } = sign(o.signer, tbs);
  return der.sequence(tbs, algorithm, der.bits(der.sequence(der.integer(r), der.integer(s)), o.unused));
}
const authority = (label, o = {}) => certificate({ label, issuer: names.root, signer: root, subject: names.platform, key: platformKey, extensions: authorityExtensions, ...o });
const pck = (label, o = {}) => certificate({ label, issuer: names.platform, signer: platformKey, subject: names.leaf, key: pckKey, extensions: leafExtensions(sgx(o.members ?? sgxMembers(o))), ...o });
const tcb = (change) => tcbMembers({ components: goodTcb.components.map((svn, i) => change[i] ?? svn), pceSvn: change.pceSvn ?? goodTcb.pceSvn });
const without = (list, position) => list.filter((_, i) => i !== position);

const good = pck('leaf');
const certificates = {
  platform: authority('platform CA'),
  processor: authority('processor CA', { subject: names.processor, key: processorKey }),
  leaf: good,
  leafOfProcessor: pck('leaf of processor', { issuer: names.processor, signer: processorKey, processor: true }),
  leafGeneralizedTime: pck('generalized', { time: der.generalizedTime }),
  leafPrintableName: pck('printable', { subject: name('Intel SGX PCK Certificate', der.printable) }),
  leafUnknownExtension: pck('unknown', { extensions: leafExtensions(extension(ids.policies, false, der.sequence()), sgx(sgxMembers())) }),
  leafMembersReordered: pck('reordered', { members: sgxMembers().reverse() }),
  leafSmallSerial: pck('small serial', { serial: der.integer(1) }),

  leafNotYetValid: pck('not yet', { from: at(1) }),
  leafExpired: pck('expired', { until: at(-1) }),
  leafEndsBefore: pck('ends before', { until: new Date((time - 1) * 1000) }),
  leafEndsNow: pck('ends now', { until: new Date(time * 1000) }),
  leafOtherName: pck('other name', { subject: name('Intel SGX TCB Signing') }),
  leafNoName: pck('no name', { subject: der.sequence() }),
  leafAuthority: pck('authority', { extensions: [...authorityExtensions, sgx(sgxMembers())] }),
  leafNoSgx: pck('no sgx', { extensions: leafExtensions() }),
  leafSgxTwice: pck('sgx twice', { extensions: leafExtensions(sgx(sgxMembers()), sgx(sgxMembers())) }),
  leafUnknownCritical: pck('critical', { extensions: leafExtensions(extension(ids.policies, true, der.sequence()), sgx(sgxMembers())) }),
  leafManyExtensions: pck('many', { extensions: leafExtensions(...Array.from({ length: 14 }, (_, i) => extension(`1.2.3.${i + 1}`, false, der.sequence()))) }),
  leafNoExtensions: pck('none', { extensions: null }),
  leafOtherSigner: pck('other signer', { signer: processorKey }),
  leafOtherIssuer: pck('other issuer', { issuer: names.processor }),
  leafVersion1: pck('version', { version: 0 }),
  leafSha384: pck('sha384', { algorithm: ids.ecdsaSha384 }),
  leafP384: pck('p384', { publicKey: publicKey(pckKey, { curve: ids.p384 }) }),
  leafCompressed: pck('compressed', { publicKey: publicKey(pckKey, { point: Buffer.concat([Buffer.of(2), pckKey.raw.subarray(0, 32)]) }) }),
  leafNegativeSerial: pck('negative', { serial: der.value(0x02, Buffer.of(0x80, 1)) }),
  leafPaddedSerial: pck('padded', { serial: der.value(0x02, Buffer.of(0, 1)) }),
  leafLongSerial: pck('long', { serial: der.value(0x02, Buffer.alloc(34, 1)) }),
  leafMonth13: pck('month', { validity: der.sequence(der.value(0x17, Buffer.from('261301000000Z')), der.utcTime(at(3650))) }),
  leafFebruary29: pck('february', { validity: der.sequence(der.value(0x17, Buffer.from('250229000000Z')), der.utcTime(at(3650))) }),
  leafNoZ: pck('no z', { validity: der.sequence(der.value(0x17, Buffer.from('250228000000+')), der.utcTime(at(3650))) }),
  leafBadBoolean: pck('boolean', { extensions: [leafUsage, extension(ids.basicConstraints, false, der.sequence(der.value(0x01, Buffer.of(1)))), sgx(sgxMembers())] }),
  leafTrailingByte: Buffer.concat([good, Buffer.of(0)]),
  leafOneByteShort: good.subarray(0, good.length - 1),
  leafEmpty: Buffer.alloc(0),
  leafIndefiniteLength: Buffer.concat([Buffer.of(0x30, 0x80), good.subarray(4)]),
  leafLongFormLength: Buffer.concat([Buffer.of(0x30, 0x83, 0), good.subarray(2)]),
  leafCompressedAndPadded: pck('compressed and padded', { publicKey: publicKey(pckKey, { point: Buffer.concat([Buffer.of(2), pckKey.raw]) }) }),
  leafLongPoint: pck('long point', { publicKey: publicKey(pckKey, { point: Buffer.concat([Buffer.of(4), pckKey.raw, Buffer.of(0)]) }) }),
  leafUnusedBitInKey: pck('unused in key', { publicKey: publicKey(search('even', keyOf, (key) => key.y % 2n === 0n), { unused: 1 }) }),
  leafUnusedBitInSignature: search('unused in signature', (label) => pck(label, { unused: 1 }), (made) => made[made.length - 1] % 2 === 0),
  leafRsaKey: pck('rsa', { publicKey: publicKey(pckKey, { algorithm: '1.2.840.113549.1.1.1' }) }),
  leafIa5Name: pck('ia5', { subject: name('Intel SGX PCK Certificate', ia5) }),
  leafFlippedKey: flip(good, good.indexOf(pckKey.raw) + 5),

  sgxNoComponent: pck('no component', { tcb: without(tcbMembers(goodTcb), 3) }),
  sgxComponentTwice: pck('component twice', { tcb: [...tcbMembers(goodTcb), member('2.4', der.integer(9))] }),
  sgxComponent256: pck('component 256', { tcb: tcb({ 3: 256 }) }),
  sgxPceSvnTooLarge: pck('pcesvn large', { tcb: tcb({ pceSvn: 65536 }) }),
  sgxNoFmspc: pck('no fmspc', { members: without(sgxMembers(), 3) }),
  sgxFmspcTwice: pck('fmspc twice', { members: [...sgxMembers(), member('4', der.octets(fmspc))] }),
  sgxLongFmspc: pck('long fmspc', { family: Buffer.alloc(7) }),
  sgxNoTcb: pck('no tcb', { members: without(sgxMembers(), 1) }),
  sgxTrailing: pck('sgx trailing', { members: [member('3', der.octets(Buffer.of(0, 0)), der.integer(1)), ...without(sgxMembers(), 2)] }),
  sgxOtherFmspc: pck('other fmspc', { family: Buffer.from('00806f050000', 'hex') }),
  sgxOtherPceId: pck('other pceid', { pceId: Buffer.of(0, 1) }),
  sgxLowPceSvn: pck('low pcesvn', { tcb: tcb({ pceSvn: 12 }) }),
  sgxLowComponent: pck('low component', { tcb: tcb({ 0: 255, 3: 2 }) }),
  sgxLowLastComponent: pck('low last component', { tcb: tcb({ 7: 4 }) }),

  caExpired: authority('ca expired', { until: at(-1) }),
  caNotYetValid: authority('ca not yet', { from: at(1) }),
  caOtherName: authority('ca other name', { subject: name('Intel SGX TCB Signing') }),
  caNoFlag: authority('ca no flag', { extensions: [authorityExtensions[0], leafConstraints] }),
  caMayNotSign: authority('ca may not sign', { extensions: [leafUsage, authorityExtensions[1]] }),
  caNoUsage: authority('ca no usage', { extensions: [authorityExtensions[1]] }),
  caOtherRoot: authority('ca other root', { signer: otherRoot }),
  caSelfSigned: authority('ca self signed', { signer: platformKey, issuer: names.platform }),
  caOtherKey: authority('ca other key', { key: keyOf('stolen name') }),
};
certificates.leafOfOtherName = pck('leaf of other name', { issuer: name('Intel SGX TCB Signing') });

// ---------------------------------------------------------------- revocation lists

/** A list; every part can be given otherwise. */
function revocations(o) {
  const algorithm = der.sequence(der.oid(o.algorithm ?? ids.ecdsaSha256));
  const entry = (serial) => der.sequence(der.integer(serial), der.utcTime(at(-3)), der.sequence(extension('2.5.29.21', false, der.value(0x0a, Buffer.of(1)))));
  const tbs = der.sequence(
    der.integer(o.version ?? 1), algorithm, o.issuer, der.utcTime(o.from ?? at(-2)), ...(o.noNextUpdate ? [] : [der.utcTime(at(-1))]),
    ...(o.serials.length ? [der.sequence(...o.serials.map(entry))] : []), ...(o.extensions ? [der.value(0xa0, der.sequence(...o.extensions))] : []),
  );
  const { r, s } = sign(o.signer, tbs);
  return der.sequence(tbs, algorithm, der.bits(der.sequence(der.integer(r), der.integer(s))));
}
const serialOf = (label) => toNumber(fill(label, 19));
const crlNumber = extension('2.5.29.20', false, der.integer(1));
const others = Array.from({ length: 40 }, (_, i) => serialOf(`revoked ${i}`));
const ofPlatform = (o) => revocations({ issuer: names.platform, signer: platformKey, serials: [...others, serialOf('leaf'), 1n], extensions: [crlNumber], ...o });
const ofRoot = (o) => revocations({ issuer: names.root, signer: root, serials: [serialOf('platform CA')], extensions: [crlNumber], ...o });
const revocationLists = {
  platform: ofPlatform({}),
  platformLong: ofPlatform({ serials: [...Array.from({ length: 128 }, (_, i) => serialOf(`long ${i}`)), serialOf('leaf')] }),
  platformEmpty: ofPlatform({ serials: [] }),
  platformTwice: ofPlatform({ serials: [serialOf('leaf'), serialOf('leaf')] }),
  platformBare: ofPlatform({ extensions: null, noNextUpdate: true }),
  platformDelta: ofPlatform({ extensions: [crlNumber, extension('2.5.29.27', true, der.integer(1))] }),
  platformVersion1: ofPlatform({ version: 0 }),
  platformSha384: ofPlatform({ algorithm: ids.ecdsaSha384 }),
  platformFuture: ofPlatform({ from: at(1) }),
  platformOtherSigner: ofPlatform({ signer: processorKey }),
  platformOtherName: ofPlatform({ issuer: names.processor }),
  platformTrailing: Buffer.concat([ofPlatform({}), Buffer.of(0)]),
  root: ofRoot({}),
  rootOfAnother: ofRoot({ signer: otherRoot }),
  rootOfPlatform: ofRoot({ signer: platformKey }),
  rootEmpty: ofRoot({ serials: [] }),
};

// ---------------------------------------------------------------- quotes

const attestationKey = keyOf('attestation');
const high = sha256(Buffer.from('report data, high'));
const low = sha256(Buffer.from('report data, low'));
const measurements = Object.fromEntries(['mrTd', 'rtmr0', 'rtmr1', 'rtmr2', 'mrConfigId'].map((register) => [register, fill(register, 48)]));
const image = keccak256(concatHex(Object.values(measurements).map(hex)));
const tdxSvns = [7, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const qeSigner = Buffer.from('dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5', 'hex');

function report(o) {
  const m = { ...measurements, ...o.measurements };
  const attributes = Buffer.alloc(8);
  attributes.writeBigUInt64LE(o.attributes ?? 0x10000000n);
  const body = [
    Buffer.from(o.svns ?? tdxSvns), fill('mrSeam', 48), o.seamSigner ?? Buffer.alloc(48), o.seamAttributes ?? Buffer.alloc(8), attributes, fill('xfam', 8),
    m.mrTd, m.mrConfigId, fill('mrOwner', 48), fill('mrOwnerConfig', 48), m.rtmr0, m.rtmr1, m.rtmr2, fill('rtmr3', 48), o.high ?? high, o.low ?? low,
  ];
  if ((o.bodyType ?? 2) >= 3) body.push(Buffer.from(o.svns2 ?? tdxSvns), o.serviceTd ?? Buffer.alloc(48));
  if (o.bodyType === 4) body.push(Buffer.of(0), fill('td id', 32), fill('device', 48), o.initServiceTd ?? Buffer.alloc(48), Buffer.alloc(8), fill('init', 44), o.currentServiceTd ?? Buffer.alloc(48), Buffer.alloc(8));
  return Buffer.concat(body);
}

function qeReport(o, binding) {
  const q = { miscSelect: 0, attributes: '1500000000000000e700000000000000', signer: qeSigner, product: 2, svn: 6, tail: Buffer.alloc(32), ...o.qe };
  const body = Buffer.concat([
    fill('qe cpusvn', 16), u32(q.miscSelect), Buffer.alloc(28), Buffer.from(q.attributes, 'hex'), fill('mrEnclave', 32), Buffer.alloc(32), q.signer, Buffer.alloc(96),
    u16(q.product), u16(q.svn), Buffer.alloc(60), binding, q.tail,
  ]);
  if (body.length !== 384) throw new Error(`QE report of ${body.length} bytes`);
  return body;
}

/** A quote; every part can be given otherwise, before what signs it or (raw) behind. */
function quote(o = {}) {
  const version = o.version ?? (o.bodyType ? 5 : 4);
  const header = Buffer.concat([u16(version), u16(o.keyType ?? 2), u32(o.teeType ?? 0x81), u32(0), Buffer.from(o.vendor ?? '939a7233f79c4ca9940a0db3957f0607', 'hex'), fill('qe id', 20)]);
  const body = report(o);
  const descriptor = version >= 5 ? Buffer.concat([u16(o.wireType ?? o.bodyType ?? 2), u32(o.wireSize ?? body.length)]) : Buffer.alloc(0);
  const signed = Buffer.concat([header, descriptor, body]);
  const key = o.key ?? attestationKey;
  const publicPart = o.publicPart ?? key.raw;
  const authentication = o.authentication ?? fill('authentication', 32);
  const qe = qeReport(o, o.binding ?? sha256(publicPart, authentication));
  const chain = o.chain ?? Buffer.alloc(0);
  const inner = Buffer.concat([
    qe, o.qeSignature ?? pair(sign(o.qeSigner ?? pckKey, qe)), u16(o.authenticationSize ?? authentication.length), authentication,
    u16(o.innerType ?? 5), u32(o.innerSize ?? chain.length), chain,
  ]);
  const outer = Buffer.concat([o.signature ?? pair(sign(key, signed)), publicPart, u16(o.outerType ?? 6), u32(o.outerSize ?? inner.length), inner]);
  return Buffer.concat([signed, u32(o.size ?? outer.length), outer, o.behind ?? Buffer.alloc(0)]);
}

const pem = (cert) => `-----BEGIN CERTIFICATE-----\n${cert.toString('base64').replace(/(.{64})/g, '$1\n').trim()}\n-----END CERTIFICATE-----\n`;
const rootCertificate = certificate({ label: 'root', issuer: names.root, subject: names.root, signer: root, key: root, extensions: authorityExtensions });
const chain = Buffer.from(`${pem(certificates.leaf)}${pem(certificates.platform)}${pem(rootCertificate)}\0`);
const plain = quote();
const signatureAt = 636;
const otherS = (() => {
  const r = plain.subarray(signatureAt, signatureAt + 32);
  const s = toNumber(plain.subarray(signatureAt + 32, signatureAt + 64));
  return Buffer.concat([r, bytes32(mod(-s, n))]);
})();
const notZero = fill('not zero', 48);
const lastByte = Buffer.concat([Buffer.alloc(47), Buffer.of(1)]);
const firstByte = Buffer.concat([Buffer.of(1), Buffer.alloc(47)]);

const quotes = {
  plain,
  withChain: quote({ chain }),
  withBytesBehind: quote({ behind: fill('behind', 70) }),
  noAuthentication: quote({ authentication: Buffer.alloc(0) }),
  longAuthentication: quote({ authentication: fill('long', 1000) }),
  otherS: quote({ signature: otherS }),
  v5Type2: quote({ bodyType: 2 }),
  v5Type3: quote({ bodyType: 3 }),
  v5Type4: quote({ bodyType: 4 }),
  v5OtherCurrentSvns: quote({ bodyType: 3, svns2: [13, 1, 4, ...Array(13).fill(0)] }),
  perfmon: quote({ attributes: 0x8000000010000000n }),

  empty: Buffer.alloc(0),
  headerOnly: plain.subarray(0, 48),
  noSize: plain.subarray(0, 633),
  oneByteShort: plain.subarray(0, plain.length - 1),
  version3: quote({ version: 3 }),
  version6: quote({ version: 6, bodyType: 2 }),
  sgx: quote({ teeType: 0 }),
  otherTee: quote({ teeType: 0x82 }),
  p384Key: quote({ keyType: 3 }),
  otherVendor: quote({ vendor: '939a7233f79c4ca9940a0db3957f0608' }),
  v5Type1: quote({ bodyType: 2, wireType: 1 }),
  v5Type5: quote({ bodyType: 2, wireType: 5 }),
  v5WrongSize: quote({ bodyType: 3, wireSize: 584 }),
  v5HugeSize: quote({ bodyType: 2, wireSize: 0xffffffff }),
  sizeTooLarge: quote({ size: plain.length - 636 + 1 }),
  sizeHuge: quote({ size: 0xffffffff }),
  sizeTooSmall: quote({ size: plain.length - 636 - 1 }),
  outerType5: quote({ outerType: 5 }),
  outerTooLarge: quote({ outerSize: 0xffffffff }),
  outerTooSmall: quote({ outerSize: 489 }),
  innerType1: quote({ innerType: 1 }),
  innerType6: quote({ innerType: 6 }),
  innerTooLarge: quote({ innerSize: 1 }),
  innerTooSmall: quote({ chain, innerSize: chain.length - 1 }),
  authenticationTooLong: quote({ authenticationSize: 0xffff }),
  authenticationTooShort: quote({ authenticationSize: 31 }),

  badSignature: flip(plain, signatureAt + 40),
  badBody: flip(plain, 300),
  zeroR: quote({ signature: Buffer.concat([Buffer.alloc(32), otherS.subarray(32)]) }),
  zeroS: quote({ signature: Buffer.concat([otherS.subarray(0, 32), Buffer.alloc(32)]) }),
  sIsN: quote({ signature: Buffer.concat([otherS.subarray(0, 32), bytes32(n)]) }),
  otherKey: flip(plain, signatureAt + 64 + 3),
  exchangedKey: quote({ publicPart: keyOf('exchanged').raw, binding: sha256(attestationKey.raw, fill('authentication', 32)), key: keyOf('exchanged') }),
  keyOffTheCurve: quote({ publicPart: Buffer.concat([bytes32(attestationKey.x), bytes32(attestationKey.y ^ 1n)]) }),
  keyIsOrigin: quote({ publicPart: Buffer.alloc(64) }),
  badQeSignature: flip(plain, signatureAt + 134 + 384 + 9),
  qeByOtherKey: quote({ qeSigner: keyOf('another machine') }),
  qeReportChanged: flip(plain, signatureAt + 134 + 70),
  authenticationChanged: flip(plain, signatureAt + 134 + 384 + 64 + 2 + 5),
  tailNotZero: quote({ qe: { tail: lastByte.subarray(16) } }),
  qeDebug: quote({ qe: { attributes: '1700000000000000e700000000000000' } }),
  qeOtherAttributes: quote({ qe: { attributes: '3500000000000000e700000000000000' } }),
  qeMiscSelect: quote({ qe: { miscSelect: 1 } }),
  qeOtherSigner: quote({ qe: { signer: flip(qeSigner, 31) } }),
  qeOtherProduct: quote({ qe: { product: 1 } }),
  qeOldVersion: quote({ qe: { svn: 3 } }),

  debug: quote({ attributes: 0x10000001n }),
  onlyDebug: quote({ attributes: 1n }),
  noSeptVeDisable: quote({ attributes: 0n }),
  reservedAttribute: quote({ attributes: 0x10000100n }),
  seamAttributes: quote({ seamAttributes: Buffer.of(0, 0, 0, 0, 0, 0, 0, 1) }),
  seamSigner: quote({ seamSigner: lastByte }),
  serviceTd: quote({ bodyType: 3, serviceTd: notZero }),
  serviceTdLastByte: quote({ bodyType: 3, serviceTd: lastByte }),
  v5Type4ServiceTd: quote({ bodyType: 4, serviceTd: notZero }),
  v5Type4InitServiceTd: quote({ bodyType: 4, initServiceTd: lastByte }),
  v5Type4InitServiceTdFirstByte: quote({ bodyType: 4, initServiceTd: firstByte }),
  v5Type4CurrentServiceTd: quote({ bodyType: 4, currentServiceTd: lastByte }),
  v5Type4CurrentServiceTdFirstByte: quote({ bodyType: 4, currentServiceTd: firstByte }),
  otherMrTd: quote({ measurements: { mrTd: flip(measurements.mrTd, 47) } }),
  otherRtmr0: quote({ measurements: { rtmr0: flip(measurements.rtmr0, 47) } }),
  otherRtmr1: quote({ measurements: { rtmr1: flip(measurements.rtmr1, 0) } }),
  otherRtmr2: quote({ measurements: { rtmr2: flip(measurements.rtmr2, 33) } }),
  otherConfigId: quote({ measurements: { mrConfigId: flip(measurements.mrConfigId, 47) } }),
  otherHigh: quote({ high: flip(high, 31) }),
  otherLow: quote({ low: flip(low, 0) }),
  moduleVersion2: quote({ svns: [7, 2, 3, ...Array(13).fill(0)] }),
  moduleVersion32: quote({ svns: [7, 32, 3, ...Array(13).fill(0)] }),
  moduleVersion255: quote({ svns: [7, 255, 3, ...Array(13).fill(0)] }),
  moduleSvn5: quote({ svns: [5, 1, 3, ...Array(13).fill(0)] }),
  moduleSvn4: quote({ svns: [4, 1, 3, ...Array(13).fill(0)] }),
  oldMicrocode: quote({ svns: [7, 1, 2, ...Array(13).fill(0)] }),
  currentIsOld: quote({ bodyType: 3, svns2: [7, 1, 2, ...Array(13).fill(0)] }),
  currentModuleIsOld: quote({ bodyType: 4, svns2: [4, 1, 3, ...Array(13).fill(0)] }),
  currentIsGoodLaunchIsOld: quote({ bodyType: 3, svns: [7, 1, 2, ...Array(13).fill(0)], svns2: tdxSvns }),
};

// ---------------------------------------------------------------- cases

const cases = [];
const note = (text, error, { q = 'plain', leaf = 'leaf', issuer = 'platform' } = {}) => {
  if (!quotes[q] || !certificates[leaf] || !certificates[issuer]) throw new Error(`${text}: ${q}, ${leaf}, ${issuer}`);
  cases.push({ error, issuer, leaf, name: text, quote: q });
};
const of = (error, list) => list.forEach((key) => note(key, error, quotes[key] ? { q: key } : key.startsWith('ca') ? { issuer: key } : { leaf: key }));

of('', ['plain', 'withChain', 'withBytesBehind', 'noAuthentication', 'longAuthentication', 'otherS', 'v5Type2', 'v5Type3', 'v5Type4', 'v5OtherCurrentSvns', 'perfmon']);
of('', ['leafGeneralizedTime', 'leafPrintableName', 'leafUnknownExtension', 'leafMembersReordered', 'leafSmallSerial', 'leafEndsNow']);
note('processor CA', '', { leaf: 'leafOfProcessor', issuer: 'processor' });

of('TdQuote_Truncated(uint256,uint256,uint256)', ['empty', 'headerOnly', 'noSize', 'oneByteShort', 'sizeTooLarge', 'sizeHuge', 'authenticationTooLong']);
of('TdQuote_BadVersion(uint16)', ['version3', 'version6']);
of('TdQuote_NotTdx(uint32)', ['sgx', 'otherTee']);
of('TdQuote_BadKeyType(uint16)', ['p384Key']);
of('TdQuote_BadVendor(bytes16)', ['otherVendor']);
of('TdQuote_BadBodyType(uint16)', ['v5Type1', 'v5Type5']);
of('TdQuote_BadBodySize(uint32,uint256)', ['v5WrongSize', 'v5HugeSize']);
of('TdQuote_BadCertificationType(uint16,uint16)', ['outerType5', 'innerType1', 'innerType6', 'authenticationTooShort']);
of('TdQuote_BadCertificationSize(uint256,uint256)', ['sizeTooSmall', 'outerTooLarge', 'outerTooSmall', 'innerTooLarge', 'innerTooSmall']);

const v = (signature) => `TdxQuoteVerifier_${signature}`;
of(v('BadQuoteSignature(bytes32,bytes32)'), ['badSignature', 'badBody', 'zeroR', 'zeroS', 'sIsN', 'keyOffTheCurve', 'keyIsOrigin']);
of(v('AttestationKeyNotBound(bytes32,bytes32)'), ['otherKey', 'exchangedKey', 'authenticationChanged']);
of(v('QeReportDataTail(bytes32)'), ['tailNotZero']);
of(v('BadQeReportSignature(bytes32,bytes32)'), ['badQeSignature', 'qeByOtherKey', 'qeReportChanged']);
of(v('QeDebug(bytes16)'), ['qeDebug']);
of(v('WrongQeSettings(bytes4,bytes16)'), ['qeOtherAttributes', 'qeMiscSelect']);
of(v('WrongQe(bytes32,uint16,uint16)'), ['qeOtherSigner', 'qeOtherProduct', 'qeOldVersion']);
of(v('AttributesRefused(uint64)'), ['debug', 'onlyDebug', 'noSeptVeDisable', 'reservedAttribute']);
of(v('ModuleNotProduction(bytes8,bytes32)'), ['seamAttributes', 'seamSigner']);
of(v('ServiceTd(uint256,bytes32)'), ['serviceTd', 'serviceTdLastByte', 'v5Type4ServiceTd', 'v5Type4InitServiceTd', 'v5Type4InitServiceTdFirstByte', 'v5Type4CurrentServiceTd', 'v5Type4CurrentServiceTdFirstByte']);
of(v('ImageRefused(bytes32)'), ['otherMrTd', 'otherRtmr0', 'otherRtmr1', 'otherRtmr2', 'otherConfigId']);
of(v('WrongReportData(bytes32,bytes32)'), ['otherHigh', 'otherLow']);
of(v('ModuleRefused(uint256,uint256)'), ['moduleVersion2', 'moduleVersion32', 'moduleVersion255', 'moduleSvn4', 'currentModuleIsOld']);
of(v('TdxComponentsTooLow(bytes16,bytes16)'), ['moduleSvn5', 'oldMicrocode', 'currentIsOld', 'currentIsGoodLaunchIsOld']);

of(v('OutsideValidity(uint64,uint64,uint64)'), ['leafNotYetValid', 'leafExpired', 'leafEndsBefore', 'caExpired', 'caNotYetValid']);
of(v('NotAPckCertificate(bool,bool)'), ['leafOtherName', 'leafNoName', 'leafAuthority', 'leafNoSgx']);
of(v('NotAPckAuthority(bool,bool)'), ['caNoFlag', 'caMayNotSign', 'caNoUsage']);
note('caOtherName', v('NotAPckAuthority(bool,bool)'), { leaf: 'leafOfOtherName', issuer: 'caOtherName' });
note('leaf as its own issuer', v('NotAPckAuthority(bool,bool)'), { issuer: 'leaf' });
note('CA as leaf', v('NotAPckCertificate(bool,bool)'), { leaf: 'platform' });
of(v('WrongIssuer(bytes32,bytes32)'), ['leafOtherIssuer']);
note('CA of the other kind', v('WrongIssuer(bytes32,bytes32)'), { issuer: 'processor' });
of(v('BadCertificateSignature(bytes32,bytes32,uint256)'), ['leafOtherSigner', 'leafFlippedKey', 'caOtherRoot', 'caSelfSigned', 'caOtherKey']);
of('X509_NotVersion3(uint256)', ['leafVersion1']);
of('X509_NotEcdsaSha256(bytes32)', ['leafSha384']);
of('X509_NotP256(bytes32,bytes32)', ['leafP384', 'leafRsaKey']);
of('X509_BadPoint(uint256,uint256)', ['leafCompressed', 'leafCompressedAndPadded', 'leafLongPoint', 'leafUnusedBitInKey']);
of('Der_BadBits(uint256,uint256)', ['leafUnusedBitInSignature']);
of('Der_BadTag(uint256,uint256,uint256)', ['leafIa5Name']);
of('X509_RepeatedExtension(bytes32)', ['leafSgxTwice']);
of('X509_UnknownCriticalExtension(bytes32)', ['leafUnknownCritical']);
of('X509_TooManyExtensions(uint256)', ['leafManyExtensions']);
of('Der_BadInteger(uint256,uint256)', ['leafNegativeSerial', 'leafPaddedSerial', 'leafLongSerial']);
of('Der_BadTime(uint256,bytes32)', ['leafMonth13', 'leafFebruary29', 'leafNoZ']);
of('Der_BadBoolean(uint256,uint256)', ['leafBadBoolean']);
of('Der_TrailingData(uint256,uint256)', ['leafTrailingByte', 'sgxTrailing']);
of('Der_Truncated(uint256,uint256,uint256)', ['leafOneByteShort', 'leafEmpty', 'leafNoExtensions']);
of('Der_BadLength(uint256,uint256)', ['leafIndefiniteLength', 'leafLongFormLength', 'sgxLongFmspc']);
of('PckExtension_Missing(uint256,uint256)', ['sgxNoComponent', 'sgxNoFmspc', 'sgxNoTcb']);
of('PckExtension_Repeated(uint256)', ['sgxComponentTwice', 'sgxFmspcTwice']);
of('PckExtension_OutOfRange(uint256,uint256,uint256)', ['sgxComponent256', 'sgxPceSvnTooLarge']);
of(v('NoPolicy(bytes6,uint64)'), ['sgxOtherFmspc']);
of(v('WrongPceId(uint16,uint16)'), ['sgxOtherPceId']);
of(v('PceSvnTooLow(uint16,uint16)'), ['sgxLowPceSvn']);
of(v('SgxComponentsTooLow(bytes16,bytes16)'), ['sgxLowComponent', 'sgxLowLastComponent']);

// What is unused would be a case that somebody forgot.
const used = new Set(cases.flatMap((c) => [c.quote, c.leaf, c.issuer]));
const forgotten = [...Object.keys(quotes), ...Object.keys(certificates)].filter((key) => !used.has(key));
if (forgotten.length) throw new Error(`no case uses ${forgotten}`);

// Node reads and verifies the good ones by its own means.
for (const [child, parent] of [['leaf', 'platform'], ['leafOfProcessor', 'processor'], ['leafGeneralizedTime', 'platform'], ['leafUnknownExtension', 'platform']]) {
  if (!new X509Certificate(certificates[child]).verify(new X509Certificate(certificates[parent]).publicKey)) throw new Error(child);
}
const jwk = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: bytes32(attestationKey.x).toString('base64url'), y: bytes32(attestationKey.y).toString('base64url') } });
if (!nodeVerify('sha256', plain.subarray(0, 632), { key: jwk, dsaEncoding: 'ieee-p1363' }, plain.subarray(636, 700))) throw new Error('quote signature');

// Lists side by side, which forge reads in one go each.
const table = (parts) => ({ names: Object.keys(parts), bytes: Object.values(parts).map(hex) });
const column = (field) => cases.map((c) => c[field]);
const platform = keccak256(encodeAbiParameters([{ type: 'bytes32' }, { type: 'uint256' }], [keccak256(hex(platformKey.raw)), serialOf('leaf')]));
const made = {
  about: 'Simulated: made by scripts/make-quote-vectors.mjs with keys that are in it. They prove nothing about any hardware.',
  time: String(time),
  root: { x: hex(bytes32(root.x)), y: hex(bytes32(root.y)) },
  reportData: { high: hex(high), low: hex(low) },
  image, platform,
  // The attestation key, so that tests can sign quotes for report data of their own.
  attestationSecret: hex(bytes32(attestationKey.secret)),
  notAfter: { leaf: String(time + 3650 * 86_400), platform: String(time + 3650 * 86_400) },
  policy: {
    fmspc: hex(fmspc), sgxComponents: hex(Buffer.from([7, 7, 3, 3, 255, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0])), tdxComponents: hex(Buffer.from([6, 0, 3, ...Array(13).fill(0)])),
    moduleVersion: '1', moduleSvn: '5', pceSvn: '13', pceId: '0', evaluationNumber: '20',
  },
  qeIdentity: {
    mrSigner: hex(qeSigner), attributes: '0x11000000000000000000000000000000', attributesMask: '0xfbffffffffffffff0000000000000000', miscSelect: '0x00000000', miscSelectMask: '0xffffffff',
    isvProdId: '2', isvSvn: '4', evaluationNumber: '20',
  },
  // The error is empty for evidence that is good.
  cases: { names: column('name'), errors: column('error'), quotes: column('quote'), leaves: column('leaf'), issuers: column('issuer') },
  serials: { leaf: hex(bytes32(serialOf('leaf'))), other: hex(bytes32(others[7])), absent: hex(bytes32(serialOf('absent'))) },
  revocationLists: table(revocationLists),
  certificates: table(certificates),
  quotes: table(quotes),
};
const text = JSON.stringify(made, null, 2) + '\n';
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) throw new Error('test/vectors/quotes.json is stale; run make-quote-vectors.mjs');
console.log(`${cases.length} cases, ${cases.filter((c) => !c.error).length} good, of ${Object.keys(quotes).length} quotes and ${Object.keys(certificates).length} certificates`);
