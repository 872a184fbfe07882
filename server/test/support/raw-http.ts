import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly version: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const PATIENCE_MS = 60_000;

/** Opens a connection to a node's listener. */
export async function dial(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes until the other side closes, which a reset does too. */
export function untilClosed(socket: Socket): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => {
    socket.destroy();
    reject(new Error(`not closed after ${PATIENCE_MS} ms; so far: ${Buffer.concat(chunks).toString().slice(0, 500)}`));
  }, PATIENCE_MS);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.once('close', () => {
    clearTimeout(timer);
    resolve(Buffer.concat(chunks));
  });
  return promise;
}

/** Sends bytes as they stand and gives back all that comes until the node closes. */
export async function sendBytes(url: string, bytes: string | Uint8Array): Promise<Buffer> {
  const socket = await dial(url);
  const all = untilClosed(socket);
  socket.write(bytes);
  return all;
}

/** Sends a request as it stands, which must make the node close the connection after its answer. */
export const rawRequest = async (url: string, bytes: string | Uint8Array): Promise<RawAnswer> => parseAnswer(await sendBytes(url, bytes));

/** The first answer among the bytes; its body is what follows, without the frames of chunked coding. */
export function parseAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) throw new Error(`no answer: ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}`);
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const [, version = '', status = ''] = /^HTTP\/(\d\.\d) (\d{3})/.exec(first) ?? [];
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const rest = bytes.subarray(end + 4);
  return { version, status: Number(status), headers, body: headers['transfer-encoding'] === 'chunked' ? withoutChunks(rest) : rest };
}

function withoutChunks(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    if (line === -1 || Number.isNaN(size)) throw new Error('chunked coding broke off');
    if (size === 0) return Buffer.concat(pieces);
    pieces.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
