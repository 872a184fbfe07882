import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { DomainError } from '../../kernel/errors.ts';
import { changePassword, logIn, logOut, RoleSchema, ScopeSchema, type Actor, type Session } from '../../modules/identity/index.ts';
import { recordOperation } from '../../modules/journal/index.ts';
import { sessionCookie } from './actor.ts';
import type { Routes } from './app.ts';
import { operate, operationOf, recordFailure } from './operate.ts';
import { UserView, viewUser } from './people.ts';
import { answers, created, nothing } from './schemas.ts';

const Password = Type.String({ minLength: 1, maxLength: 200 });

const ActorView = Type.Object(
  {
    kind: Type.Union([Type.Literal('user'), Type.Literal('token'), Type.Literal('operator'), Type.Literal('system')]),
    id: Type.String(),
    name: Type.String(),
    role: Type.Union([RoleSchema, Type.Literal('operator'), Type.Literal('system')]),
    scopes: Type.Array(ScopeSchema),
    mustChange: Type.Boolean({ description: '须先修改密码' }),
  },
  { $id: 'Actor' },
);

/** Log-in: the one route that nobody needs to be known for. */
export const logInRoutes: Routes = (parts) => async (app) => {
  app.post(
    '/session',
    {
      schema: {
        operationId: 'logIn',
        security: [],
        body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }), password: Password }, { additionalProperties: false }),
        response: created(Type.Object({ csrfToken: Type.String(), expiresAt: Type.String({ format: 'date-time' }), mustChange: Type.Boolean(), user: UserView })),
      },
    },
    async (request, reply) => {
      const begun = await logIn(parts.database, parts.clock, request.body, {
        alongside: (tx, { user }) => recordOperation(tx, operationOf(request, 'session.begin', {}, `user:${user.name}`)),
      }).catch(async (error: unknown) => {
        await recordFailure(parts, request, 'session.begin', error, `user:${request.body.name.slice(0, 64)}`);
        throw error;
      });
      setCookie(request, reply, begun.sessionKey, begun.expiresAt);
      return reply.code(201).send({ csrfToken: begun.csrfToken, expiresAt: begun.expiresAt.toISOString(), mustChange: begun.mustChange, user: viewUser(begun.user) });
    },
  );
};

/** What the holder of a session may always do: see who he is, change his password, end it. */
export const sessionRoutes: Routes = (parts) => async (app) => {
  app.get('/session', { schema: { operationId: 'getSession', response: answers(ActorView) } }, async (request) => viewActor(request.actor));

  app.delete('/session', { schema: { operationId: 'logOut', response: nothing } }, async (request, reply) => {
    const session = ownSession(request);
    await operate(parts, request, 'session.end', (tx) => logOut(tx, session));
    return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send(null);
  });

  app.post(
    '/session/password',
    {
      schema: {
        operationId: 'changePassword',
        body: Type.Object({ current: Password, next: Password }, { additionalProperties: false }),
        response: answers(UserView),
      },
    },
    async (request) => {
      const user = await changePassword(parts.database, parts.clock, ownSession(request), request.body, {
        alongside: (tx) => recordOperation(tx, operationOf(request, 'password.change')),
      });
      return viewUser(user);
    },
  );
};

function setCookie(request: FastifyRequest, reply: FastifyReply, key: string, expires: Date): void {
  void reply.setCookie(sessionCookie, key, { path: '/', httpOnly: true, sameSite: 'strict', secure: request.overTls, expires });
}

function ownSession(request: FastifyRequest): Session {
  if (request.session !== null) return request.session;
  throw new DomainError('forbidden', 'identity.session.needed', '此操作须在登录会话中进行 (this needs a log-in session, not a token)');
}

const viewActor = ({ kind, id, name, role, scopes, mustChange }: Actor) => ({ kind, id, name, role, scopes: [...scopes], mustChange });
