import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { identify } from './actor.ts';
import { readJsonBodies } from './json-body.ts';
import { openApiOptions } from './openapi.ts';
import type { ManagementParts } from './parts.ts';
import { answerProblem, answerUnknownPath } from './problems.ts';
import { validatorCompiler } from './validation.ts';

export type App = Parameters<FastifyPluginAsyncTypebox>[0];

/** Routes of one word of the house; each file of this folder exports one such function. */
export type Routes = (parts: ManagementParts) => FastifyPluginAsyncTypebox;

/**
 * The management API under /api/v1: problems, identity, OpenAPI 3.1 from the routes' own schemas. Requests are checked
 * against them (validation.ts); answers are held to them by their static types.
 */
export async function managementApi(app: FastifyInstance, parts: ManagementParts, open: readonly Routes[], closed: readonly Routes[]): Promise<void> {
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(answerUnknownPath);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  readJsonBodies(app);
  await app.register(cookie);
  await app.register(swagger, openApiOptions());
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
