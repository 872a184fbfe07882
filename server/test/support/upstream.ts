import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net';
import { configFile } from './config-file.ts';
import { manage, type Json } from './management.ts';
import { startNode, type StartedNode } from './node.ts';
import { giveGrant, make, newHolder, publish, type Holder, type ParameterInput } from './sharing.ts';

/** A service of somebody else's, on a free port of the loopback. */
export interface TestUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Requests that came so far. */
  readonly requests: readonly Seen[];
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** A service that speaks HTTP; every request is kept with its body before the listener answers it. */
export async function startUpstream(listener: RequestListener, tls?: Tls): Promise<TestUpstream> {
  const requests: Seen[] = [];
  const handler: RequestListener = (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() });
      listener(request, response);
    });
  };
  const server: Server = tls === undefined ? createHttpServer(handler) : createHttpsServer(tls, handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A service that answers each request's head with whatever its function does with the socket. */
export async function startRawUpstream(answer: (socket: Socket, head: string) => void): Promise<TestUpstream> {
  const sockets = new Set<Socket>();
  const requests: Seen[] = [];
  const server = createNetServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (piece) => {
      const head = piece.toString('latin1');
      const [method = '', url = ''] = head.split(' ');
      requests.push({ method, url, headers: {}, body: '' });
      answer(socket, head);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A node that may call upstreams on the loopback, and one who may call its products. */
export interface RelayStage extends AsyncDisposable {
  readonly node: StartedNode;
  readonly holder: Holder;
  /** Adds a source over an upstream; `settings` beside `baseUrl`. */
  addSource(name: string, upstream: Pick<TestUpstream, 'url'>, settings: Json): Promise<Json>;
  /** Publishes an operation of a source as a relay product of that code, and grants it. */
  relay(code: string, source: string, operation: string, options?: { readonly parameters?: readonly ParameterInput[]; readonly policy?: Json }): Promise<void>;
  /** Calls a product in GOV's face. */
  call(code: string, query?: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

export async function startRelayStage(config: Json = {}): Promise<RelayStage> {
  const file = await configFile({ outbound: { allow: ['127.0.0.1'] }, ...config });
  const node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: file.path } });
  const holder = await newHolder(node, 'relay-holder');
  return {
    node,
    holder,
    addSource: (name, { url }, settings) => make(node, 'POST', '/sources', { body: { name, type: 'http', settings: { baseUrl: url, ...settings } } }),
    relay: async (code, source, operation, { parameters = [], policy = {} } = {}) => {
      await make(node, 'POST', '/resources', { body: { name: code, source, table: operation } });
      await publish(node, code, { kind: 'relay', resource: code, parameters });
      await giveGrant(node, holder.id, code, policy);
    },
    call: (code, query = {}, headers = {}) => fetch(`${node.dataUrl}/gov/v1/${code}?${new URLSearchParams(query).toString()}`, { headers: { appkey: holder.appkey, ...headers } }),
    [Symbol.asyncDispose]: async () => {
      await node.stop();
      await file[Symbol.asyncDispose]();
    },
  };
}

/** What the journal holds of the newest calls of a product, oldest first: phase, result, reason. */
export async function endsOf(node: StartedNode, code: string): Promise<string[]> {
  const { body } = await manage(node)('GET', `/journal?product=${code}&limit=100`);
  return body.items.toReversed().filter((record: Json) => record.event === 'call').map(({ phase, result, reason }: Json) => [phase, result, reason].filter((word) => word !== '').join(' '));
}
