import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';

/** A port between a client and a server, which can be cut. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Breaks every connection and takes no new one, as a server that goes down. */
  cut(): Promise<void>;
  /** Lets nothing more through, and tells nobody, as a network that swallows packets. */
  freeze(): void;
}

/** @param change what it makes of the first thing that a client says */
export async function proxyTo(host: string, port: number, change = (first: Buffer): Buffer => first): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client); // a MySQL server speaks first
    client.once('data', (first: Buffer) => {
      upstream.write(change(first));
      client.pipe(upstream);
    });
  });
  const cut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await promisify(server.close.bind(server))();
  };
  const freeze = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return { port: await listening(server), cut, freeze, [Symbol.asyncDispose]: cut };
}

/** A server that answers every start with one error of PostgreSQL's protocol, and knows no TLS. */
export async function refusingServer(code: string, message: string): Promise<Omit<Proxy, 'freeze'>> {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return answeringServer(Buffer.concat([head, fields]));
}

/** A server that answers every start with the same bytes, and hangs up. */
export async function answeringServer(answer: Buffer): Promise<Omit<Proxy, 'freeze'>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  const cut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await promisify(server.close.bind(server))();
  };
  return { port: await listening(server), cut, [Symbol.asyncDispose]: cut };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await promisify(server.close.bind(server))();
  return port;
}
