import { PGlite } from '@electric-sql/pglite';
import { parentPort, workerData } from 'node:worker_threads';

/** PGlite blocks the thread it runs on, so it has this one. Messages are PostgreSQL protocol, both ways. */
const port = parentPort;
if (port === null) throw new TypeError('pglite-worker runs as a worker thread');
const { folder } = workerData as { folder: string };
const database = await PGlite.create(folder);
// The one session of the one process: forms of dates and zone are those that readers of hosted tables count on.
await database.exec("SET TimeZone = 'Asia/Shanghai'; SET DateStyle = ISO; SET IntervalStyle = iso_8601");
port.postMessage('ready');

port.on('message', async (message: Uint8Array | 'close') => {
  if (message === 'close') {
    await database.close();
    port.postMessage('closed');
    port.close();
    return;
  }
  port.postMessage(await database.execProtocolRaw(message));
});
