import { mkdir } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { removeNodeFile, writeNodeFile } from './config/node-file.ts';
import type { ListenerSettings, Settings } from './config/settings.ts';
import { prepareDataApp } from './http/data-app.ts';
import { openListener } from './http/listener.ts';
import { newId } from './kernel/ids.ts';
import { systemClock } from './kernel/clock.ts';
import { Access, defaultBounds, Delivery, type FailureLog } from './modules/delivery/index.ts';
import { mintOperatorToken, removeOperatorToken } from './modules/identity/index.ts';
import { ensurePartitions, openWriter, type JournalWriter } from './modules/journal/index.ts';
import { QuotaKeeper } from './modules/quotas/index.ts';
import { SourceConnections } from './modules/resources/index.ts';
import { govRoutes } from './profiles/gov/routes.ts';
import { seaRoutes } from './profiles/sea/routes.ts';
import { postgresSource } from './sources/postgres/index.ts';
import type { Database } from './storage/database.ts';
import { lockFolder } from './storage/lock.ts';
import { migrate } from './storage/migrate.ts';
import { checkNodeKey, loadNodeKey, type NodeKey } from './storage/node-key.ts';
import { openPglite } from './storage/pglite.ts';
import { openPostgres } from './storage/postgres.ts';

export interface Node {
  readonly urls: Readonly<Record<string, string>>;
  /** Lets running answers end, then ends. */
  close(): Promise<void>;
}

/** The composition root: settings → parts → servers. Nothing else wires. */
export async function startNode(settings: Settings, logger: Logger): Promise<Node> {
  const storage = await openStorage(settings, logger);
  const { database, key } = storage;
  const journal = await openWriter(database, systemClock);
  const connections = new SourceConnections([postgresSource], key);
  const quotas = new QuotaKeeper({ database, replica: newId() });
  const access = new Access(database, key);
  const log: FailureLog = (errorId, error, call) =>
    logger[error.kind === 'internal' ? 'error' : 'info']({ errorId, code: error.code, requestId: call.requestId, traceId: call.traceId, face: call.face, product: call.productCode, err: error.cause }, 'call refused');
  const bounds = { ...defaultBounds, deadlineMs: settings.delivery.deadlineSeconds * 1000 };
  const delivery = new Delivery({ database, access, quotas, journal, connections, clock: systemClock }, bounds, log);
  await access.start(async () => {
    await connections.refresh(database);
    await delivery.running.recheck();
  });

  await (settings.operatorToken ? mintOperatorToken(settings.folder) : removeOperatorToken(settings.folder));
  const apps: FastifyInstance[] = [];
  const urls: Record<string, string> = {};
  for (const listener of settings.listeners) {
    const app = await openListener(listener, logger.child({ listener: listener.name }));
    if (listener.serves === 'data') {
      const parts = { delivery, access, listener: listener.name, readers: settings.delivery };
      prepareDataApp(app);
      seaRoutes(app, parts);
      govRoutes(app, { ...parts, baseUrl: () => urls[listener.name] ?? '' });
    }
    await app.listen({ host: listener.address, port: listener.port });
    apps.push(app);
    urls[listener.name] = urlOf(listener, app);
  }
  await writeNodeFile(settings.folder, settings.listeners, urls);
  return {
    urls,
    close: async () => {
      await removeNodeFile(settings.folder);
      await Promise.all(apps.map((app) => app.close()));
      await delivery.running.drain(30_000);
      access.stop();
      await quotas.close();
      await removeOperatorToken(settings.folder);
      await closeStorage(journal, connections, storage);
    },
  };
}

interface Storage {
  readonly database: Database;
  readonly key: NodeKey;
  release(): void;
}

/** Opens the database, brings it to this program's schema, and proves that the key fits it. */
async function openStorage(settings: Settings, logger: Logger): Promise<Storage> {
  await mkdir(settings.folder, { recursive: true, mode: 0o700 });
  const lock = settings.databaseUrl === undefined ? lockFolder(settings.folder) : undefined;
  const onError = (error: Error): void => logger.error({ err: error }, 'database connection lost');
  const database = settings.databaseUrl === undefined ? await openPglite(`${settings.folder}/pg`, onError) : openPostgres(settings.databaseUrl, onError);
  const applied = await migrate(database);
  if (applied.length > 0) logger.info({ migrations: applied }, 'schema migrated');
  const key = await loadNodeKey(settings.folder, settings.nodeKey);
  await checkNodeKey(database, key);
  await ensurePartitions(database, systemClock);
  return { database, key, release: () => lock?.release() };
}

async function closeStorage(journal: JournalWriter, connections: SourceConnections, storage: Storage): Promise<void> {
  await journal.close();
  await connections.close();
  await storage.database.close();
  storage.release();
}

/** Where callers find a listener: its public URL, else its address, with the loopback standing for "every address". */
function urlOf(listener: ListenerSettings, app: FastifyInstance): string {
  if (listener.publicUrl !== undefined) return listener.publicUrl;
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listener.port;
  const host = listener.address === '0.0.0.0' || listener.address === '::' ? '127.0.0.1' : listener.address;
  return `${listener.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
