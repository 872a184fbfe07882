import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { identify } from './actor.ts';
import type { ManagementParts } from './parts.ts';
import { answerProblem, answerUnknownPath } from './problems.ts';

/** Routes of one word of the house; each file of this folder exports one such function. */
export type Routes = (parts: ManagementParts) => FastifyPluginAsync;

/** The management API under /api/v1: problems, identity, OpenAPI 3.1 from the routes' own schemas. */
export async function managementApi(app: FastifyInstance, parts: ManagementParts, open: readonly Routes[], closed: readonly Routes[]): Promise<void> {
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(answerUnknownPath);
  await app.register(cookie);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lingqu management API', version: '1', description: '灵渠节点管理接口。错误为 RFC 9457；列表以游标分页；修改以 If-Match 防止覆盖。' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'lingqu_session' } } },
      security: [{ bearer: [] }, { session: [] }],
    },
  });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  for (const routes of open) await app.register(routes(parts), { prefix: '/api/v1' });
  await app.register(
    async (scope) => {
      scope.decorateRequest('session', null);
      scope.addHook('onRequest', async (request) => identify(request, parts));
      for (const routes of closed) await scope.register(routes(parts));
    },
    { prefix: '/api/v1' },
  );
}
