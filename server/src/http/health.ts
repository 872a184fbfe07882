import type { FastifyInstance } from 'fastify';
import type { Access } from '../modules/delivery/index.ts';
import type { Database } from '../storage/database.ts';
import type { Metrics } from './metrics.ts';

export interface HealthParts {
  readonly database: Database;
  readonly access: Access;
  readonly metrics: Metrics;
  /** How far the node's clock is from the database's. */
  readonly clocks: { readonly aheadMs: number; readonly skewed: boolean };
}

/** For whoever watches the node: alive, ready, and in figures. They tell nothing of data or callers. */
export function healthRoutes(app: FastifyInstance, { database, access, metrics, clocks }: HealthParts): void {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: clocks.skewed ? 'clock skewed' : 'ok', clockAheadMs: clocks.aheadMs }));

  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const checks = { database: await database.ping(), rights: access.isFresh() };
    const ready = checks.database && checks.rights;
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
  });

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}
