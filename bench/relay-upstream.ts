import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The upstream: 1 KB of JSON for every request. */
const body = Buffer.from(JSON.stringify({ success: true, data: 'x'.repeat(1024 - 27) }));
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`));
