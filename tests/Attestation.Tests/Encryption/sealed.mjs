// Sealed jobs (docs/protocol.md, section 10) over Node's own crypto, written from the document: the other side of SealedExchangeTests.
// `node sealed.mjs vector` prints the golden vector; without arguments it opens and seals what standard input asks for.
import crypto from 'node:crypto';
import fs from 'node:fs';

const text = (value) => Buffer.from(value, 'ascii');
const u32 = (value) => { const b = Buffer.alloc(4); b.writeUInt32BE(value); return b; };
const u64 = (value) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(value)); return b; };
const sha = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
const hkdf = (key, label, ...context) => Buffer.from(crypto.hkdfSync('sha256', key, Buffer.alloc(0), Buffer.concat([text(label), ...context]), 32));
const ids = (tokens) => { const b = Buffer.alloc(tokens.length * 4); tokens.forEach((t, i) => b.writeUInt32LE(t, i * 4)); return b; };
const tokensOf = (bytes) => Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(i * 4));

// RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM.
const expand = (key, info, length) => Buffer.from(crypto.createHmac('sha256', key).update(Buffer.concat([info, Buffer.from([1])])).digest()).subarray(0, length);
const suiteOf = (name, ...numbers) => Buffer.concat([text(name), ...numbers.map((n) => Buffer.from([n >> 8, n & 255]))]);
const labeled = (suite, label, material) => Buffer.concat([text('HPKE-v1'), suite, text(label), material]);
const extract = (suite, salt, label, material) => crypto.createHmac('sha256', salt.length ? salt : Buffer.alloc(32)).update(labeled(suite, label, material)).digest();
const labeledExpand = (suite, key, label, info, length) => expand(key, Buffer.concat([Buffer.from([length >> 8, length & 255]), labeled(suite, label, info)]), length);
const none = Buffer.alloc(0);

function hpke(shared, encapsulated, recipient, info) {
  const kem = suiteOf('KEM', 0x20);
  const suite = suiteOf('HPKE', 0x20, 1, 2);
  const secretOfKem = labeledExpand(kem, extract(kem, none, 'eae_prk', shared), 'shared_secret', Buffer.concat([encapsulated, recipient]), 32);
  const context = Buffer.concat([Buffer.from([0]), extract(suite, none, 'psk_id_hash', none), extract(suite, none, 'info_hash', info)]);
  const secret = extract(suite, secretOfKem, 'secret', none);
  return { key: labeledExpand(suite, secret, 'key', context, 32), nonce: labeledExpand(suite, secret, 'base_nonce', context, 12) };
}

function encrypt(key, nonce, aad, plain) {
  const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key, nonce, aad, message) {
  const cipher = crypto.createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  cipher.setAAD(aad);
  cipher.setAuthTag(message.subarray(-16));
  return Buffer.concat([cipher.update(message.subarray(0, -16)), cipher.final()]);
}

const spki = Buffer.from('302a300506032b656e032100', 'hex');
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const importPublic = (raw) => crypto.createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' });
const importPrivate = (raw) => crypto.createPrivateKey({ key: Buffer.concat([pkcs8, raw]), format: 'der', type: 'pkcs8' });
const exportPublic = (key) => crypto.createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

// Section 10.
const aadOf = (job) => Buffer.concat([job.jobId, job.modelId, u64(job.nonce)]);
const numberNonce = (index) => Buffer.concat([Buffer.alloc(4), u64(index)]);
const zero = Buffer.alloc(12);

function wrap(job, dataKey, recipient, ephemeral) {
  const encapsulated = exportPublic(ephemeral);
  const context = hpke(crypto.diffieHellman({ privateKey: ephemeral, publicKey: importPublic(recipient) }), encapsulated, recipient, text('TeeTee data key v2'));
  return Buffer.concat([recipient, encapsulated, encrypt(context.key, context.nonce, aadOf(job), dataKey)]);
}

function unwrap(job, own, bytes) {
  const encapsulated = bytes.subarray(32, 64);
  const context = hpke(crypto.diffieHellman({ privateKey: own, publicKey: importPublic(encapsulated) }), encapsulated, exportPublic(own), text('TeeTee data key v2'));
  return decrypt(context.key, context.nonce, aadOf(job), bytes.subarray(64, 112));
}

const headerOf = (wraps) => Buffer.concat([Buffer.from([2, wraps.length]), ...wraps]);
const promptKey = (job, k) => hkdf(k, 'TeeTee sealed prompt v2', job.jobId);
const outputKey = (job, k) => hkdf(k, 'TeeTee sealed output v2', job.jobId);
const tokensKey = (job, k, root) => hkdf(k, 'TeeTee sealed tokens v2', job.jobId, root);
const record = (job, k, index, token) => encrypt(outputKey(job, k), numberNonce(index), job.jobId, ids([token]));

function mth(leaves) {
  if (leaves.length === 1)
    return sha(Buffer.from([0]), leaves[0]);
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  return sha(Buffer.from([1]), mth(leaves.slice(0, split)), mth(leaves.slice(split)));
}

function tokensRoot(saltKey, kind, tokens) {
  const bytes = ids(tokens);
  const leaves = [];
  for (let page = 0; page * 1024 < bytes.length; page++)
    leaves.push(Buffer.concat([sha(saltKey, u32(kind), u32(0), u32(0), u32(page)), bytes.subarray(page * 1024, (page + 1) * 1024)]));
  return sha(text('TT/toks1'), u64(tokens.length), mth(leaves));
}

const saltKey = (job, k) => hkdf(k, 'TeeTee salts v2', job.jobId);
const promptSaltKey = (job, k) => hkdf(k, 'TeeTee prompt salts v2', job.user, u64(job.nonce), job.modelId);

function seal(job, dataKey, recipients, ephemerals, prompt, output) {
  const header = headerOf(recipients.map((recipient, i) => wrap(job, dataKey, recipient, ephemerals[i])));
  const all = [...prompt, ...output];
  const root = tokensRoot(saltKey(job, dataKey), 1, all);
  return {
    input: Buffer.concat([header, encrypt(promptKey(job, dataKey), zero, header, ids(prompt))]).toString('hex'),
    records: Buffer.concat(output.map((token, i) => record(job, dataKey, i, token))).toString('hex'),
    promptTokensRoot: tokensRoot(promptSaltKey(job, dataKey), 2, prompt).toString('hex'),
    tokensRoot: root.toString('hex'),
    tokens: Buffer.concat([header, encrypt(tokensKey(job, dataKey, root), zero, header, ids(all))]).toString('hex'),
  };
}

function jobOf(input) {
  const hex = (name) => Buffer.from(input[name], 'hex');
  return { jobId: hex('jobId'), user: hex('user'), nonce: input.nonce, modelId: hex('modelId') };
}

if (process.argv[2] === 'vector') {
  const fill = (byte, length = 32) => Buffer.alloc(length, byte).toString('hex');
  const prompt = Array.from({ length: 300 }, (_, i) => (i * 977) % 32000);
  const output = [5, 0, 31999, 4294967295, 17];
  const vector = {
    jobId: fill(0x11), user: fill(0x22, 20), nonce: 258, modelId: fill(0x33), dataKey: fill(0x44),
    recipientPrivate: [fill(0x55), fill(0x66)], ephemeralPrivate: [fill(0x77), fill(0x12)], prompt, output,
  };
  const recipients = vector.recipientPrivate.map((key) => exportPublic(importPrivate(Buffer.from(key, 'hex'))));
  const ephemerals = vector.ephemeralPrivate.map((key) => importPrivate(Buffer.from(key, 'hex')));
  Object.assign(vector, seal(jobOf(vector), Buffer.from(vector.dataKey, 'hex'), recipients, ephemerals, prompt, output));
  console.log(JSON.stringify(vector, null, 1));
} else {
  const input = JSON.parse(fs.readFileSync(0, 'utf8'));
  const hex = (name) => Buffer.from(input[name], 'hex');
  const job = jobOf(input);
  const own = importPrivate(hex('recipientPrivate'));
  const message = hex('input');
  const wraps = message[1];
  const header = message.subarray(0, 2 + 112 * wraps);
  const keys = Array.from({ length: wraps }, (_, i) => message.subarray(2 + 112 * i, 114 + 112 * i))
    .filter((bytes) => bytes.subarray(0, 32).equals(exportPublic(own)));
  const dataKey = unwrap(job, own, keys[0]);
  const records = hex('records');
  const fresh = crypto.randomBytes(32);
  const ephemerals = [crypto.generateKeyPairSync('x25519').privateKey, crypto.generateKeyPairSync('x25519').privateKey];
  console.log(JSON.stringify({
    dataKey: dataKey.toString('hex'),
    prompt: tokensOf(decrypt(promptKey(job, dataKey), zero, header, message.subarray(header.length))),
    output: Array.from({ length: records.length / 20 }, (_, i) =>
      tokensOf(decrypt(outputKey(job, dataKey), numberNonce(i), job.jobId, records.subarray(20 * i, 20 * i + 20)))[0]),
    tokens: tokensOf(decrypt(tokensKey(job, dataKey, hex('tokensRoot')), zero, header, hex('tokens').subarray(header.length))),
    roots: [tokensRoot(promptSaltKey(job, dataKey), 2, input.plainPrompt), tokensRoot(saltKey(job, dataKey), 1, input.plainTokens)].map((r) => r.toString('hex')),
    sealed: { dataKey: fresh.toString('hex'), ...seal(job, fresh, [hex('recipient'), exportPublic(own)], ephemerals, [9, 8, 7], [6, 5]) },
  }));
}
