import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire to the database that fails when told to: real connections, really lost. */
export interface SeveringProxy extends AsyncDisposable {
  /** The database's URL by way of this proxy. */
  readonly url: string;
  /** What to do with the server's next word of a finished COPY: lose the connection, or keep the word back for ever. */
  onCopyDone(fate: 'sever' | 'swallow' | 'pass'): void;
  /** How many words met their fate. */
  readonly met: number;
}

export async function severingProxy(target: string): Promise<SeveringProxy> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let fate: 'sever' | 'swallow' | 'pass' = 'pass';
  let met = 0;
  const server = createServer((near) => {
    const far = connect(Number(to.port || 5432), to.hostname);
    let deaf = false;
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      if (fate !== 'pass' && chunk.includes('COPY ')) {
        met += 1;
        if (fate === 'sever') near.destroy();
        else deaf = true;
        fate = 'pass';
      }
      if (!deaf && !near.destroyed) near.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(target);
  url.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url: url.href,
    onCopyDone: (next) => {
      fate = next;
    },
    get met() {
      return met;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
