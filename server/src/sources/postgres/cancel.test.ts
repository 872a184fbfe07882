import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { requestCancel } from './cancel.ts';

const certificateFolder = new URL('../../../test/support/certificate/', import.meta.url);
const cert = readFileSync(new URL('certificate.pem', certificateFolder));
const key = readFileSync(new URL('key.pem', certificateFolder));
const backend = { processID: 4711, secretKey: -2 };
const tlsRequest = '0000000804d2162f';
const cancelRequest = '0000001004d2162e00001267fffffffe';

/** A server that takes one connection; what comes over it, until it ends. */
async function heard(answer: (socket: Socket) => Promise<string>, tls: object | undefined): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const came = once(server, 'connection').then(([socket]: Socket[]) => (socket === undefined ? '' : answer(socket)));
  requestCancel({ host: '127.0.0.1', port, tls }, backend);
  try {
    return await came;
  } finally {
    server.close();
  }
}

async function hexOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.on('error', () => {})) chunks.push(chunk);
  return Buffer.concat(chunks).toString('hex');
}

/** Says yes or no to TLS, once it is asked for. */
async function afterTlsRequest(socket: Socket, word: 'S' | 'N', rest: () => Promise<string>): Promise<string> {
  const [asked]: Buffer[] = await once(socket, 'data');
  assert.equal(asked?.toString('hex'), tlsRequest);
  socket.write(word);
  return rest();
}

describe('a request to cancel', () => {
  test('goes out in clear where the connection is in clear', async () => {
    assert.equal(await heard(hexOf, undefined), cancelRequest);
  });

  test('goes out within TLS where the connection is in TLS', async () => {
    const withinTls = (socket: Socket): Promise<string> => afterTlsRequest(socket, 'S', () => hexOf(new TLSSocket(socket, { isServer: true, cert, key })));
    assert.equal(await heard(withinTls, { rejectUnauthorized: false }), cancelRequest);
    assert.equal(await heard(withinTls, { rejectUnauthorized: true }), '', 'told to a server that nobody vouches for');
  });

  test('is kept back where the server has no TLS', async () => {
    assert.equal(await heard((socket) => afterTlsRequest(socket, 'N', () => hexOf(socket)), {}), '');
  });
});
