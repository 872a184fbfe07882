import Type from 'typebox';
import { createToken, listTokens, revokeToken, ScopeSchema } from '../../modules/identity/index.ts';
import type { Routes } from './app.ts';
import { operate } from './operate.ts';
import { PageOf, pageOf, PageQuery, positionOf, positionText } from './paging.ts';
import { TokenView, viewToken } from './people.ts';
import { answers, created } from './schemas.ts';

const Input = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    scopes: Type.Array(ScopeSchema, { minItems: 1, uniqueItems: true }),
    expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { additionalProperties: false },
);

/** One's own API tokens; made in a log-in session only. */
export const tokenRoutes: Routes = (parts) => async (app) => {
  const { database, clock } = parts;

  app.get('/tokens', { schema: { operationId: 'listTokens', querystring: PageQuery, response: answers(PageOf(TokenView)) } }, async (request) => {
    const { cursor, limit } = request.query;
    const page = pageOf(await listTokens(database, request.actor.id, { before: positionOf(cursor), limit: limit + 1 }), limit, ({ createdAt, id }) => positionText(createdAt, id));
    return { ...page, items: page.items.map(viewToken) };
  });

  app.post(
    '/tokens',
    { schema: { operationId: 'createToken', body: Input, response: created(Type.Object({ token: Type.String({ description: '仅显示一次' }), about: TokenView })) } },
    async (request, reply) => {
      const { expiresAt, ...input } = request.body;
      const wanted = expiresAt === undefined ? input : { ...input, expiresAt: new Date(expiresAt) };
      const issued = await operate(parts, request, 'token.create', (tx) => createToken(tx, clock, request.actor, wanted), ({ token }) => ({
        details: JSON.stringify({ token: token.name, scopes: token.scopes }),
      }));
      return reply.code(201).send({ token: issued.text, about: viewToken(issued.token) });
    },
  );

  app.delete('/tokens/:id', { schema: { operationId: 'revokeToken', params: Type.Object({ id: Type.String({ maxLength: 64 }) }), response: answers(TokenView) } }, async (request) => {
    const token = await operate(parts, request, 'token.revoke', (tx) => revokeToken(tx, clock, request.actor.id, request.params.id), (revoked) => ({
      details: JSON.stringify({ token: revoked.name }),
    }));
    return viewToken(token);
  });
};
