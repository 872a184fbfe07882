import Type from 'typebox';
import { allow, createUser, getUser, listUsers, newOneTimePassword, resetPassword, unlockUser, updateUser, UserChanges, UserInput } from '../../modules/identity/index.ts';
import type { Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { operate } from './operate.ts';
import { PageOf, PageQuery } from './paging.ts';
import { UserView, viewUser } from './people.ts';
import { answers, created, IfMatch, nothing } from './schemas.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const WithPassword = Type.Object({ user: UserView, oneTimePassword: Type.String({ description: '仅显示一次；首次登录须修改' }) });

/** People and their roles (SEA-4.1). */
export const userRoutes: Routes = (parts) => async (app) => {
  const { database, clock } = parts;

  app.get('/users', { schema: { operationId: 'listUsers', querystring: PageQuery, response: answers(PageOf(UserView)) } }, async (request) => {
    allow(request.actor, 'users.read');
    const page = await listUsers(database, clock, request.query);
    return { items: page.items.map(viewUser), next: page.next };
  });

  app.post('/users', { schema: { operationId: 'createUser', body: UserInput, response: created(WithPassword) } }, async (request, reply) => {
    allow(request.actor, 'users.write');
    const password = await newOneTimePassword();
    const user = await operate(parts, request, 'user.create', (tx) => createUser(tx, clock, request.body, password), aboutUser);
    return reply.code(201).send({ user: withVersion(reply, viewUser(user)), oneTimePassword: password.text });
  });

  app.get('/users/:id', { schema: { operationId: 'getUser', params: Id, response: answers(UserView) } }, async (request, reply) => {
    allow(request.actor, 'users.read');
    return withVersion(reply, viewUser(await getUser(database, clock, request.params.id)));
  });

  app.patch('/users/:id', { schema: { operationId: 'updateUser', params: Id, headers: IfMatch, body: UserChanges, response: answers(UserView) } }, async (request, reply) => {
    allow(request.actor, 'users.write');
    const version = expectedVersion(request);
    const user = await operate(parts, request, 'user.update', (tx) => updateUser(tx, request.params.id, version, request.body), aboutUser);
    return withVersion(reply, viewUser(user));
  });

  app.post('/users/:id/password-reset', { schema: { operationId: 'resetPassword', params: Id, headers: IfMatch, response: answers(WithPassword) } }, async (request, reply) => {
    allow(request.actor, 'users.write');
    const version = expectedVersion(request);
    const password = await newOneTimePassword();
    const user = await operate(parts, request, 'user.password-reset', (tx) => resetPassword(tx, clock, request.params.id, version, password), aboutUser);
    return { user: withVersion(reply, viewUser(user)), oneTimePassword: password.text };
  });

  app.post('/users/:id/unlock', { schema: { operationId: 'unlockUser', params: Id, response: nothing } }, async (request, reply) => {
    allow(request.actor, 'users.write');
    await operate(parts, request, 'user.unlock', (tx) => unlockUser(tx, request.params.id), () => ({ details: JSON.stringify({ user: request.params.id }) }));
    return reply.code(204).send(null);
  });
};

const aboutUser = (user: { name: string; role: string }) => ({ details: JSON.stringify({ user: user.name, role: user.role }) });
