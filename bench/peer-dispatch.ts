import { createServer } from 'node:http';
import { Pool } from 'undici';

/** The floor: node:http before undici's dispatch and nothing between, not even a look at the address. PEER_UPSTREAM is the upstream's origin. */
const pool = new Pool(process.env['PEER_UPSTREAM'] ?? '', { connections: 256, pipelining: 1 });
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  pool.dispatch(
    { path: request.url ?? '/', method: 'GET', headers: ['accept', '*/*'] },
    {
      onRequestStart() {},
      onResponseStart(_controller, status, { 'content-type': type, 'content-length': length }) {
        response.writeHead(status, { 'content-type': String(type), 'content-length': Number(length) });
      },
      onResponseData(_controller, piece) {
        pieces.push(piece);
      },
      onResponseEnd() {
        const [first, second] = pieces;
        response.end(second === undefined ? first : Buffer.concat(pieces));
      },
      onResponseError(_controller, error) {
        response.destroy(error);
      },
    },
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`ready ${typeof address === 'object' && address !== null ? address.port : ''}\n`);
});
process.on('SIGTERM', () => process.exit(0));
