import Type from 'typebox';
import { allow } from '../../modules/identity/index.ts';
import { currentRevision } from '../../storage/revision.ts';
import type { Routes } from './app.ts';
import { answers } from './schemas.ts';

const NodeView = Type.Object(
  {
    version: Type.String(),
    engine: Type.Union([Type.Literal('pglite'), Type.Literal('postgres')]),
    durable: Type.Boolean({ description: 'false：内嵌数据库不落盘同步，仅供试用与小规模单机使用' }),
    listeners: Type.Record(Type.String(), Type.String()),
    uptimeSeconds: Type.Integer(),
    revision: Type.Integer(),
    runningCalls: Type.Integer(),
    retentionDays: Type.Integer(),
  },
  { $id: 'Node' },
);

/** What this replica is and how it stands. */
export const nodeRoutes: Routes = (parts) => async (app) => {
  app.get('/node', { schema: { operationId: 'getNode', response: answers(NodeView) } }, async (request) => {
    allow(request.actor, 'node.read');
    const { database, about } = parts;
    return {
      version: about.version,
      engine: database.engine,
      durable: database.engine === 'postgres',
      listeners: { ...parts.urls() },
      uptimeSeconds: Math.floor(process.uptime()),
      revision: await currentRevision(database),
      runningCalls: parts.delivery.running.size,
      retentionDays: about.retentionDays,
    };
  });
};
