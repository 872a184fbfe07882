import { PGlite } from '@electric-sql/pglite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

/** PGlite blocks the thread it runs on, so it has this one. Messages are PostgreSQL protocol, both ways. */
const port = parentPort;
if (port === null) throw new TypeError('pglite-worker runs as a worker thread');
const { folder }: { folder: string } = workerData;
const database = await PGlite.create(folder);
// The one session of the one process: forms of dates and zone are those that readers of hosted tables count on.
await database.exec("SET TimeZone = 'Asia/Shanghai'; SET DateStyle = ISO; SET IntervalStyle = iso_8601");
port.postMessage('ready');

async function answer(message: Uint8Array | 'close', to: MessagePort): Promise<void> {
  if (message !== 'close') {
    to.postMessage(await database.execProtocolRaw(message));
    return;
  }
  await database.close();
  to.postMessage('closed');
  to.close();
}

/** What cannot be answered ends the worker with the error, and so the connection at the other end. */
port.on('message', (message: Uint8Array | 'close') => {
  answer(message, port).catch((error: unknown) => {
    queueMicrotask(() => {
      throw error;
    });
  });
});
