import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** A server as node-postgres knows it; `tls` is undefined where the connection is in clear. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions | undefined;
}

/** What a server tells each connection at its start (BackendKeyData), for whoever wants to end its statement. */
export interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
}

const TLS_REQUEST = 80877103;
const CANCEL_REQUEST = 80877102;
/** A server that is not reached by then ends the statement by its own limit. */
const REACH_MS = 5_000;

/**
 * Asks a server to end what a connection of it is working at (PostgreSQL 55.2.9, Canceling Requests in Progress): over a
 * connection of its own that says nothing else and gets no answer. node-postgres can do so in clear only, and the key
 * would lie open. A failure is nobody's: the statement's own limit stands behind it.
 */
export function requestCancel({ host, port, tls }: ServerAddress, { processID, secretKey }: BackendKey): void {
  const request = message(CANCEL_REQUEST, processID, secretKey);
  const socket = quiet(host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host));
  socket.setTimeout(REACH_MS, () => socket.destroy());
  if (tls === undefined) {
    socket.end(request);
    return;
  }
  socket.write(message(TLS_REQUEST));
  socket.once('data', (answer) => {
    if (answer.toString('latin1') === 'S') quiet(connectTls({ ...tls, socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) })).end(request);
    else socket.destroy();
  });
}

const quiet = <T extends Socket>(socket: T): T => socket.on('error', () => {});

function message(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * (words.length + 1));
  [bytes.length, ...words].forEach((word, index) => bytes.writeInt32BE(word, 4 * index));
  return bytes;
}
