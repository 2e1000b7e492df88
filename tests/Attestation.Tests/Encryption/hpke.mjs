// RFC 9180 base mode over Node's own crypto, written from the RFC: the other side of HpkeTests.
import crypto from 'node:crypto';
import fs from 'node:fs';

const ciphers = { 1: ['aes-128-gcm', 16], 2: ['aes-256-gcm', 32], 3: ['chacha20-poly1305', 32] };
const text = (value) => Buffer.from(value, 'ascii');
const u16 = (value) => Buffer.from([value >> 8, value & 255]);
const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();

function expand(key, info, length) {
  const blocks = [];
  let previous = Buffer.alloc(0);
  for (let counter = 1; blocks.length * 32 < length; counter++) {
    previous = hmac(key, Buffer.concat([previous, info, Buffer.from([counter])]));
    blocks.push(previous);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const labeledExtract = (suite, salt, label, material) =>
  hmac(salt.length ? salt : Buffer.alloc(32), Buffer.concat([text('HPKE-v1'), suite, text(label), material]));
const labeledExpand = (suite, key, label, info, length) =>
  expand(key, Buffer.concat([u16(length), text('HPKE-v1'), suite, text(label), info]), length);

const spki = Buffer.from('302a300506032b656e032100', 'hex');
const importPublic = (raw) =>
  crypto.createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' });
const exportPublic = (key) => crypto.createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

function setup(aead, info, shared, encapsulated, recipient) {
  const kem = Buffer.concat([text('KEM'), u16(0x20)]);
  const suite = Buffer.concat([text('HPKE'), u16(0x20), u16(1), u16(aead)]);
  const none = Buffer.alloc(0);
  const prk = labeledExtract(kem, none, 'eae_prk', shared);
  const secretOfKem = labeledExpand(kem, prk, 'shared_secret', Buffer.concat([encapsulated, recipient]), 32);
  const context = Buffer.concat([
    Buffer.from([0]),
    labeledExtract(suite, none, 'psk_id_hash', none),
    labeledExtract(suite, none, 'info_hash', info),
  ]);
  const secret = labeledExtract(suite, secretOfKem, 'secret', none);
  const exporter = labeledExpand(suite, secret, 'exp', context, 32);
  return {
    name: ciphers[aead][0],
    key: labeledExpand(suite, secret, 'key', context, ciphers[aead][1]),
    nonce: labeledExpand(suite, secret, 'base_nonce', context, 12),
    export: (label, length) => labeledExpand(suite, exporter, 'sec', label, length),
  };
}

function nonceOf(context, sequence) {
  const nonce = Buffer.from(context.nonce);
  nonce[11] ^= sequence;
  return nonce;
}

function open(context, sequence, aad, message) {
  const cipher = crypto.createDecipheriv(context.name, context.key, nonceOf(context, sequence), { authTagLength: 16 });
  cipher.setAAD(aad, { plaintextLength: message.length - 16 });
  cipher.setAuthTag(message.subarray(-16));
  return Buffer.concat([cipher.update(message.subarray(0, -16)), cipher.final()]);
}

function seal(context, sequence, aad, plaintext) {
  const cipher = crypto.createCipheriv(context.name, context.key, nonceOf(context, sequence), { authTagLength: 16 });
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

const input = JSON.parse(fs.readFileSync(0, 'utf8'));
const hex = (name) => Buffer.from(input[name], 'hex');
const own = crypto.createPrivateKey(input.privateKeyPem);
const received = setup(
  input.aead,
  hex('info'),
  crypto.diffieHellman({ privateKey: own, publicKey: importPublic(hex('encapsulated')) }),
  hex('encapsulated'),
  exportPublic(own),
);
const opened = input.messages.map((message, i) =>
  open(received, i, Buffer.from([i]), Buffer.from(message, 'hex')).toString('utf8'));

const ephemeral = crypto.generateKeyPairSync('x25519').privateKey;
const encapsulated = exportPublic(ephemeral);
const sent = setup(
  input.aead,
  hex('info'),
  crypto.diffieHellman({ privateKey: ephemeral, publicKey: importPublic(hex('recipient')) }),
  encapsulated,
  hex('recipient'),
);
console.log(JSON.stringify({
  opened,
  exported: received.export(text('response'), 32).toString('hex'),
  encapsulated: encapsulated.toString('hex'),
  messages: [0, 1, 2].map((i) => seal(sent, i, Buffer.from([i]), Buffer.from(`reply ${i}`)).toString('hex')),
}));
