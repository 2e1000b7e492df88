// What the client and the server scripts share: the services, loaded from the project's own .proto files.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const require = createRequire(import.meta.url);
export const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const here = path.dirname(fileURLToPath(import.meta.url));
const load = (...parts) => grpc.loadPackageDefinition(
  loader.loadSync(path.join(here, ...parts), { keepCase: true, enums: String, defaults: true }));

export const Echo = load('..', 'Protos', 'echo.proto').teetee.test.Echo;
export const Health = load('..', '..', '..', 'src', 'Grpc', 'Protos', 'health.proto').grpc.health.v1.Health;

export const FailText = 'bad: 100% \u00fcn\u00ef \u{1F600}';
export const FailDetail = Buffer.from([0, 1, 0xfe, 0xff]);

// The parent holds our standard input open; when it goes, so do we.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
