// Serves echo.proto and health.proto on a free port and prints that port.
import { grpc, Echo, Health, FailText, FailDetail } from './echo.mjs';

const handlers = {
  Unary(call, done) {
    const headers = new grpc.Metadata();
    for (const key of ['x-text', 'x-data-bin'])
      for (const value of call.metadata.get(key)) headers.add(key, value);
    call.sendMetadata(headers);
    const trailers = new grpc.Metadata();
    trailers.set('echo-trailer', 'end');
    if (call.request.text === 'boom') throw new Error('inner secret');
    if (call.request.text === 'fail') {
      trailers.set('reason', 'test');
      trailers.set('detail-bin', FailDetail);
      done({ code: grpc.status.INVALID_ARGUMENT, details: FailText, metadata: trailers });
    } else if (call.request.text === 'wait') {
      call.on('cancelled', () => process.stdout.write('cancelled\n'));
    } else {
      done(null, call.request, trailers);
    }
  },
  async Expand(call) {
    call.on('cancelled', () => process.stdout.write('cancelled\n'));
    for (let i = 0; i < call.request.count; i++) {
      if (!call.write({ ...call.request, count: i })) await new Promise((resume) => call.once('drain', resume));
    }
    if (call.request.text === 'fail')
      call.emit('error', { code: grpc.status.ABORTED, details: `after ${call.request.count}` });
    else if (call.request.text !== 'wait') call.end();
  },
  Collect(call, done) {
    let count = 0;
    call.on('data', (m) => { count += m.count; });
    call.on('end', () => done(null, { count }));
  },
  Chat(call) {
    call.sendMetadata(new grpc.Metadata());
    call.on('cancelled', () => process.stdout.write('cancelled\n'));
    call.on('data', (m) => (m.text === 'close' ? call.end() : call.write(m)));
    call.on('end', () => call.end());
    call.on('error', () => {});
  },
};

const health = {
  Check: (call, done) => (call.request.service === ''
    ? done(null, { status: 'SERVING' })
    : done({ code: grpc.status.NOT_FOUND, details: 'unknown' })),
  Watch: (call) => call.write({ status: 'SERVING' }),
};

const server = new grpc.Server();
server.addService(Echo.service, handlers);
server.addService(Health.service, health);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
