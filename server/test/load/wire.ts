import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire to a database that can be cut: what is connected is lost, and nothing connects until it is mended. */
export interface Wire extends AsyncDisposable {
  /** The address of `target` by way of this wire. */
  through(target: string): string;
  cut(): void;
  /** The wire stays, but swallows every word. */
  silence(): void;
  mend(): void;
}

export async function openWire(target: string): Promise<Wire> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(to.port || 5432), to.hostname);
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.on('data', (chunk) => {
        if (state === 'open' && !other.destroyed) other.write(chunk);
      });
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    through: (url) => {
      const here = new URL(url);
      here.host = `127.0.0.1:${port}`;
      return here.href;
    },
    cut: () => {
      state = 'cut';
      drop();
    },
    silence: () => {
      state = 'silent';
    },
    mend: () => {
      state = 'open';
      drop(); // whatever was swallowed has spoilt the conversations
    },
    [Symbol.asyncDispose]: async () => {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
