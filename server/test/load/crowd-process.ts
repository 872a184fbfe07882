/**
 * A process of callers, each on a connection of its own: all connect, say so, wait for a line on stdin and then ask at
 * the same time. Prints what became of them.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { CrowdOrder, CrowdOutcome } from './crowd.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as CrowdOrder;

async function open(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.on('error', () => {}); // the replica may be killed before this caller asks
  return socket;
}

/** The status of a whole answer, with the code of a refusal; `lost` when the connection broke before its end. */
async function ask(socket: Socket, url: URL, requestId: string): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  if (socket.destroyed) return 'lost';
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nappkey: ${order.appkey}\r\nX-Request-Id: ${requestId}\r\nConnection: close\r\n\r\n`);
  await new Promise<void>((resolve) => socket.once('close', () => resolve())); // events.once would throw a reset
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? Number.NaN);
  if (length !== body.length) return 'lost';
  const status = head.slice(9, 12);
  return status === '200' ? status : `${status} ${/"code":"([^"]+)"/.exec(body)?.[1] ?? ''}`;
}

const sockets = await Promise.all(Array.from({ length: order.callers }, async (_, index) => {
  const url = new URL(order.urls[index % order.urls.length] ?? '');
  return { url, socket: await open(url), requestId: `${order.name}-${index}` };
}));
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const answers = await Promise.all(sockets.map(async ({ socket, url, requestId }) => ({ requestId, url: url.origin, answer: await ask(socket, url, requestId) })));
const outcome: CrowdOutcome = { answers };
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
