// Runs every scenario against the server at argv[2] and prints one JSON object: scenario -> what was seen.
import { grpc, Echo, Health } from './echo.mjs';

const MiB = 1024 * 1024;
const options = { 'grpc.max_receive_message_length': 8 * MiB, 'grpc.max_send_message_length': 16 * MiB };
const echo = new Echo(process.argv[2], grpc.credentials.createInsecure(), options);
const health = new Health(process.argv[2], grpc.credentials.createInsecure(), options);

const plain = (metadata) => {
  const out = {};
  for (const key of Object.keys(metadata?.getMap() ?? {}))
    out[key] = metadata.get(key).map((v) => (Buffer.isBuffer(v) ? v.toString('hex') : v)).join('|');
  return out;
};
const failure = (e) => ({ code: e.code, details: e.details, trailers: plain(e.metadata) });
const after = (ms) => new Date(Date.now() + ms);

function unary(client, method, request, metadata = new grpc.Metadata(), callOptions = {}, onCall = () => {}) {
  return new Promise((resolve) => {
    let headers = {};
    let trailers = {};
    let answer;
    const call = client[method](request, metadata, callOptions, (error, response) => {
      answer = error ? failure(error) : { code: 0, response };
    });
    call.on('metadata', (m) => { headers = plain(m); });
    call.on('status', (s) => { trailers = plain(s.metadata); setImmediate(() => resolve({ trailers, ...answer, headers })); });
    onCall(call);
  });
}

function collect(call, onData = () => {}) {
  return new Promise((resolve) => {
    const counts = [];
    call.on('data', (m) => { counts.push(m.count); onData(m); });
    call.on('error', () => {});
    call.on('status', (s) => resolve({ code: s.code, details: s.details, counts }));
  });
}

const scenarios = {
  async unary() {
    const metadata = new grpc.Metadata();
    metadata.set('x-text', 'from node');
    metadata.set('x-data-bin', Buffer.from([0, 255, 7]));
    const { code, response, headers, trailers } = await unary(
      echo, 'Unary', { text: '\u00fc', payload: Buffer.from([1, 2]), count: 7 }, metadata);
    return { code, text: response.text, count: response.count, size: response.payload.length, headers, trailers };
  },
  fail: () => unary(echo, 'Unary', { text: 'fail' }),
  boom: () => unary(echo, 'Unary', { text: 'boom' }),
  deadline: () => unary(echo, 'Unary', { text: 'wait' }, undefined, { deadline: after(2000) }),
  cancel: () => unary(echo, 'Unary', { text: 'wait' }, undefined, {}, (call) => setTimeout(() => call.cancel(), 1000)),
  async large() {
    const { code, response } = await unary(echo, 'Unary', { payload: Buffer.alloc(3 * MiB, 0x5a) });
    return { code, size: response.payload.length, intact: response.payload.every((b) => b === 0x5a) };
  },
  tooBig: () => unary(echo, 'Unary', { payload: Buffer.alloc(5 * MiB) }),
  unknown: () => new Promise((resolve) => echo.makeUnaryRequest(
    '/teetee.test.Echo/Missing', (b) => b, (b) => b, Buffer.alloc(0), (e) => resolve(failure(e)))),
  expand: () => collect(echo.Expand({ count: 100 })),
  expandFail: () => collect(echo.Expand({ count: 3, text: 'fail' })),
  sum: () => new Promise((resolve) => {
    const call = echo.Collect((e, response) => resolve(e ? failure(e) : { code: 0, count: response.count }));
    for (let i = 0; i < 100; i++) call.write({ count: i });
    call.end();
  }),
  chat() {
    const call = echo.Chat();
    const done = collect(call, (m) => (m.count < 999 ? call.write({ count: m.count + 1 }) : call.end()));
    call.write({ count: 0 });
    return done;
  },
  burst() {
    const call = echo.Chat();
    const done = collect(call);
    for (let i = 0; i < 1000; i++) call.write({ count: i });
    call.end();
    return done;
  },
  chatClose() {
    const call = echo.Chat();
    const done = collect(call);
    call.write({ count: 1 });
    call.write({ text: 'close' });
    return done;
  },
  health: async () => {
    const { code, response } = await unary(health, 'Check', { service: '' });
    return { code, status: response.status };
  },
  healthUnknown: () => unary(health, 'Check', { service: 'nobody' }),
  watch: () => new Promise((resolve) => {
    const call = health.Watch({ service: '' });
    let status;
    call.on('data', (m) => { status = m.status; call.cancel(); });
    call.on('error', () => {});
    call.on('status', (s) => resolve({ code: s.code, status }));
  }),
  // Last: what its cancellation looks like to the server is asserted there.
  chatCancel() {
    const call = echo.Chat();
    const done = collect(call, () => call.cancel());
    call.write({ text: 'cancel me', count: 1 });
    return done;
  },
};

const results = {};
for (const [name, run] of Object.entries(scenarios)) {
  try {
    results[name] = await run();
  } catch (e) {
    results[name] = { thrown: String(e?.stack ?? e) };
  }
}
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
