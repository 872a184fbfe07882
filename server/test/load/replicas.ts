import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase } from '../support/database.ts';
import { startNode, type NodeOptions, type StartedNode } from '../support/node.ts';

/** Two nodes on one PostgreSQL database, with one node key. */
export interface Replicas extends AsyncDisposable {
  readonly a: StartedNode;
  readonly b: StartedNode;
}

/**
 * @param through how the second replica reaches the database, such as by a proxy that can be cut
 */
export async function startReplicas(through: (databaseUrl: string) => string = (url) => url): Promise<Replicas> {
  const databaseUrl = await createDatabase();
  const env: NodeOptions['env'] = { LINGQU_NODE_KEY: randomBytes(32).toString('base64url') };
  const a = await startNode({ engine: 'postgres', databaseUrl, env });
  const b = await startNode({ engine: 'postgres', databaseUrl: through(databaseUrl), env });
  return {
    a,
    b,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a.stop(), b.stop()]);
      await dropDatabase(databaseUrl);
    },
  };
}
