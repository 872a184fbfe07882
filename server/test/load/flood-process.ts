import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The upstream of the proof: `/flood?bytes=n` answers so many bytes as fast as they are taken, `/sent` how many it could send. */
const piece = Buffer.alloc(64 * 1024, 'x');
let sent = 0;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://flood');
  if (pathname === '/sent') return void response.end(String(sent));
  let left = Number(searchParams.get('bytes'));
  response.setHeader('content-type', 'application/octet-stream');
  if (searchParams.get('chunked') !== 'true') response.setHeader('content-length', left);
  const send = (): void => {
    for (let taken = true; left > 0 && taken && !response.destroyed; ) {
      const some = left < piece.length ? piece.subarray(0, left) : piece;
      left -= some.length;
      sent += some.length;
      taken = response.write(some);
    }
    if (left === 0) response.end();
  };
  response.on('drain', send);
  send();
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`));
