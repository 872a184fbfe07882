import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { startBackground } from './compose/background.ts';
import { backupControl } from './compose/backup.ts';
import { startSample, type SampleProgress } from './compose/sample.ts';
import { removeNodeFile, writeNodeFile } from './config/node-file.ts';
import { programVersion } from './config/program.ts';
import type { ListenerSettings, Settings } from './config/settings.ts';
import { prepareDataApp } from './http/data-app.ts';
import { healthRoutes } from './http/health.ts';
import { openListener } from './http/listener.ts';
import { managementApi } from './http/management/app.ts';
import { backupRoutes } from './http/management/backup.ts';
import { explainRoutes } from './http/management/explain.ts';
import { grantRoutes } from './http/management/grants.ts';
import { importRoutes } from './http/management/imports.ts';
import { journalRoutes } from './http/management/journal.ts';
import { nodeRoutes } from './http/management/node.ts';
import { noticeRoutes } from './http/management/notices.ts';
import type { ManagementParts } from './http/management/parts.ts';
import { previewRoutes } from './http/management/preview.ts';
import { productRoutes } from './http/management/products.ts';
import { publicKeyRoutes } from './http/management/public-keys.ts';
import { resourceRoutes } from './http/management/resources.ts';
import { sampleRoutes } from './http/management/sample.ts';
import { logInRoutes, sessionRoutes } from './http/management/session.ts';
import { sourceRoutes } from './http/management/sources.ts';
import { credentialRoutes, subjectRoutes } from './http/management/subjects.ts';
import { tokenRoutes } from './http/management/tokens.ts';
import { usageRoutes } from './http/management/usage.ts';
import { userRoutes } from './http/management/users.ts';
import { webhookRoutes } from './http/management/webhooks.ts';
import { Metrics } from './http/metrics.ts';
import { checkTarget } from './jobs/webhooks.ts';
import { systemClock } from './kernel/clock.ts';
import { DomainError, reasonOf } from './kernel/errors.ts';
import { newId } from './kernel/ids.ts';
import { Access, defaultBounds, Delivery, refreshSecret, type FailureLog } from './modules/delivery/index.ts';
import { ensureAdministrator, mintOperatorToken, removeOperatorToken, type OperatorToken } from './modules/identity/index.ts';
import { ensurePartitions, openWriter, type JournalWriter } from './modules/journal/index.ts';
import { QuotaKeeper } from './modules/quotas/index.ts';
import { announceResource } from './modules/webhooks/index.ts';
import { ResourceWatch, SourceConnections } from './modules/resources/index.ts';
import { OutboundGate } from './outbound/index.ts';
import { agrRoutes } from './profiles/agr/routes.ts';
import { gatewayRoutes, type GatewayParts } from './profiles/gov/gateway.ts';
import { govRoutes, type GovParts } from './profiles/gov/routes.ts';
import { seaRoutes } from './profiles/sea/routes.ts';
import { Sample } from './sample/index.ts';
import { Externs } from './sources/extern/index.ts';
import { TableImporter } from './sources/hosted/import.ts';
import { incomingFolder } from './sources/hosted/incoming.ts';
import { ensureHostedSource, openHosted } from './sources/hosted/index.ts';
import { httpSource } from './sources/http/index.ts';
import { mysqlSource } from './sources/mysql/index.ts';
import { postgresSource } from './sources/postgres/index.ts';
import { soapSource } from './sources/soap/index.ts';
import { openStorage } from './storage/open.ts';

export interface Node {
  readonly urls: Readonly<Record<string, string>>;
  /** At the first start: the administrator's one-time password, shown once. */
  readonly administrator: { readonly name: string; readonly oneTimePassword: string } | null;
  /** A call of the sample that works, once there is one; undefined where there is none. Never rejects. */
  readonly sampleCall: Promise<string | undefined>;
  /** Loads the source types that are named and not there yet; throws `settings.extern` and adds none where one is wrong. */
  addExterns(externs: readonly string[]): Promise<void>;
  /** Lets running answers end, then ends. */
  close(): Promise<void>;
}

/** Every route of the management API behind the log-in. */
const closedRoutes = [
  sessionRoutes, userRoutes, tokenRoutes, subjectRoutes, credentialRoutes, publicKeyRoutes, nodeRoutes,
  sourceRoutes, resourceRoutes, productRoutes, grantRoutes, explainRoutes, previewRoutes, journalRoutes, usageRoutes, noticeRoutes, importRoutes, webhookRoutes,
];

const DRAIN_MS = 30_000;

/** The composition root: settings → parts → servers. Nothing else wires. */
export async function startNode(settings: Settings, logger: Logger, sampleProgress: SampleProgress = () => {}): Promise<Node> {
  const storage = await openStorage(settings, (error, note) => logger.error({ err: error }, note));
  const { database, key } = storage;
  await ensurePartitions(database, systemClock);
  await ensureHostedSource(database);
  const administrator = await ensureAdministrator(database, systemClock);
  const hosted = openHosted(database, settings.databaseUrl);
  await hosted.tables.collect(database.engine === 'pglite');
  const apps: FastifyInstance[] = [];
  const gates = gatesOf(settings, () => apps.flatMap(portsOf));
  const connections = new SourceConnections([postgresSource, mysqlSource, hosted.type, httpSource(gates.sources), soapSource(gates.sources)], key);
  const externs = new Externs(connections);
  await externs.add(settings.externs);
  const journal = await openWriter(database, systemClock);
  const quotas = new QuotaKeeper({ database, replica: newId() });
  const access = new Access(database, key);
  const metrics: Metrics = new Metrics((): number => delivery.running.size);
  const watch = new ResourceWatch(database, connections, { onError: (error, resource) => logger.warn({ err: error, resource }, 'a changed source could not be looked at'), onNotice: announceResource });
  const delivery = new Delivery({ database, access, quotas, journal: counted(journal, metrics), connections, clock: systemClock }, { ...defaultBounds, deadlineMs: settings.delivery.deadlineSeconds * 1000 }, failureLog(logger, access, watch));
  await access.start(() => delivery.running.recheck().then(() => connections.refresh(database)));
  const background = startBackground({ database, key, connections, noticeGate: gates.notices, noticeAuthorities: settings.outbound.authorities, retentionDays: settings.journal.retentionDays }, logger);

  const urls: Record<string, string> = {};
  const about = { version: await programVersion(), retentionDays: settings.journal.retentionDays };
  const imports = new TableImporter(hosted.tables, await incomingFolder(settings.folder));
  const dataListeners = settings.listeners.filter((listener) => listener.serves === 'data').map((listener) => listener.name);
  const management: ManagementParts = {
    database, clock: systemClock, key, access, delivery, connections, watch, hosted: hosted.tables, imports, journal, about, dataListeners, checkOutbound: (url) => checkTarget(gates.notices, url), urls: () => urls, operatorToken: await operatorTokenOf(settings),
  };
  const sample = new Sample({ database, clock: systemClock, key, connections, hosted: hosted.tables, folder: settings.folder, listeners: dataListeners, url: () => urls[dataListeners[0] ?? ''] ?? '' });
  await openListeners(settings, logger, apps, urls, async (app, listener) => {
    if (listener.serves === 'data') return dataFaces(app, { delivery, access, listener: listener.name, readers: settings.delivery, baseUrl: () => urls[listener.name] ?? '', refreshSecret: (proof, call) => refreshSecret({ database, key, access, clock: systemClock }, proof, call) });
    healthRoutes(app, { database, access, metrics, clocks: background.clocks });
    return managementApi(app, management, [logInRoutes], [...closedRoutes, sampleRoutes(sample), backupRoutes(backupControl(storage, settings.folder, about.version))]);
  });
  await writeNodeFile(settings.folder, settings.listeners, urls);
  const sampling = startSample(sample, settings.sample, access, logger, sampleProgress);
  return {
    urls,
    administrator,
    sampleCall: sampling.call,
    addExterns: (named) => externs.add(named),
    close: async () => {
      await removeNodeFile(settings.folder);
      const closing = Promise.all(apps.map((app) => app.close()));
      await delivery.running.drain(DRAIN_MS);
      await closing;
      access.stop();
      await sampling.stop();
      await background.stop();
      await watch.idle();
      await quotas.close();
      await removeOperatorToken(settings.folder);
      await journal.close();
      await connections.close();
      await hosted.close();
      await storage.close();
    },
  };
}

/** Where the node may connect. A consumer chooses where notices go: it must not find out by them what there is inside. */
function gatesOf({ outbound: { allow } }: Settings, ownPorts: () => readonly number[]): { readonly sources: OutboundGate; readonly notices: OutboundGate } {
  return { sources: new OutboundGate({ allow, ownPorts, inner: true }), notices: new OutboundGate({ allow, ownPorts, inner: false }) };
}

/** Opens every listener with what stands behind it, and notes it and where callers find it. */
async function openListeners(
  settings: Settings,
  logger: Logger,
  apps: FastifyInstance[],
  urls: Record<string, string>,
  furnish: (app: FastifyInstance, listener: ListenerSettings) => Promise<void> | void,
): Promise<void> {
  for (const listener of settings.listeners) {
    const app = await openListener(listener, logger.child({ listener: listener.name }));
    await furnish(app, listener);
    await listen(app, listener);
    apps.push(app);
    urls[listener.name] = urlOf(listener, app);
  }
}

/** Throws `settings.listen` where the address is taken, not this machine's, or not for this user. */
async function listen(app: FastifyInstance, { name, address, port }: ListenerSettings): Promise<void> {
  try {
    await app.listen({ host: address, port });
  } catch (cause) {
    throw new DomainError('invalid-definition', 'settings.listen', `监听端口 ${name} 无法使用 ${address}:${port}：${reasonOf(cause)}。请改用其他端口或地址，或先停止占用它的程序 (listener ${name} cannot have this address: choose another port or address, or stop the program that has it)`, { cause });
  }
}

function dataFaces(app: FastifyInstance, parts: GovParts & GatewayParts): void {
  prepareDataApp(app);
  seaRoutes(app, parts);
  govRoutes(app, parts);
  gatewayRoutes(app, parts);
  agrRoutes(app, parts);
}

/** The journal, whose records are counted as they pass. */
const counted = (journal: JournalWriter, metrics: Metrics): Pick<JournalWriter, 'record'> => ({
  record: (entry, intent) => {
    metrics.observe(entry);
    return journal.record(entry, intent);
  },
});

/** A new one each start; the one before does not stay where it is switched off. */
async function operatorTokenOf({ operatorToken, folder }: Settings): Promise<OperatorToken | undefined> {
  if (operatorToken) return mintOperatorToken(folder);
  await removeOperatorToken(folder);
  return undefined;
}

/** What callers are not told, the operator finds here by the error's ID; a source that has changed is looked at. */
const failureLog =
  (logger: Logger, access: Access, watch: ResourceWatch): FailureLog =>
  (errorId, error, call) => {
    const { requestId, traceId, face, productCode: product } = call;
    logger[error.kind === 'internal' ? 'error' : 'info']({ errorId, code: error.code, requestId, traceId, face, product, err: error.cause }, 'call refused');
    if (error.kind === 'source-changed') void access.product(product).then((live) => live && watch.report(live.resource), () => {});
  };

/** Where callers find a listener: its public URL, else its address, with the loopback standing for "every address". */
function urlOf(listener: ListenerSettings, app: FastifyInstance): string {
  if (listener.publicUrl !== undefined) return listener.publicUrl;
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listener.port;
  const host = listener.address === '0.0.0.0' || listener.address === '::' ? '127.0.0.1' : listener.address;
  return `${listener.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const portsOf = (app: FastifyInstance): number[] => app.addresses().flatMap((address) => (typeof address === 'string' ? [] : [address.port]));
