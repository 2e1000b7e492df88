// Uses a certificate with whatever key it is given, the right one or a thief's that pretends to the right public half (OpenSSL compares only
// public halves). Arguments: client|server, folder with cert.pem and key.pem, port (client) or nothing (server).
// Prints "port N" (server), then "data" when the other side said anything over TLS, or "refused CODE".
import tls from 'node:tls';
import fs from 'node:fs';
import path from 'node:path';

const [role, folder, port] = process.argv.slice(2);
const options = {
    cert: fs.readFileSync(path.join(folder, 'cert.pem')),
    key: fs.readFileSync(path.join(folder, 'key.pem')),
    rejectUnauthorized: false,
    requestCert: true,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
};
const end = line => {
    console.log(line);
    process.exit(0);
};
const watch = socket => {
    socket.on('data', () => end('data'));
    socket.on('error', error => end(`refused ${error.code}`));
    socket.on('close', () => end('refused CLOSED'));
};
if (role === 'client') {
    const socket = tls.connect({ ...options, host: '127.0.0.1', port: Number(port) });
    watch(socket);
    // The HTTP/2 preface with empty settings (RFC 9113 3.4), which a server answers with its own.
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from('000000040000000000', 'hex')]));
} else {
    const server = tls.createServer(options, watch);
    server.on('tlsClientError', error => end(`refused ${error.code}`));
    server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
}
