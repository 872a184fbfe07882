import Type from 'typebox';
import {
  createSubject, deleteSubject, issueAppkey, listCredentials, listSubjects, ownerFilter, revokeCredential, rotateAppkey, SubjectChanges, SubjectInput,
  allow, updateSubject,
} from '../../modules/identity/index.ts';
import type { Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { aboutSubject, ownedSubject } from './finding.ts';
import { operate } from './operate.ts';
import { PageOf, PageQuery } from './paging.ts';
import { CredentialView, IssuedKey, SubjectView, viewCredential, viewSubject } from './people.ts';
import { answers, created, nothing } from './schemas.ts';

const Path = Type.Object({ subject: Type.String({ minLength: 1, maxLength: 100, description: '编号或名称' }) });
const KeyPath = Type.Object({ ...Path.properties, id: Type.String({ maxLength: 64 }) });
const Expiry = Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()]));
const Rotation = Type.Object({ overlapSeconds: Type.Integer({ minimum: 0, maximum: 2_592_000, default: 86_400 }), expiresAt: Expiry }, { additionalProperties: false });

const validity = (expiresAt: string | null | undefined) => (expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : new Date(expiresAt) });

/** Those who may hold a right. */
export const subjectRoutes: Routes = (parts) => async (app) => {
  const { database, clock } = parts;

  app.get('/subjects', { schema: { operationId: 'listSubjects', querystring: PageQuery, response: answers(PageOf(SubjectView)) } }, async (request) => {
    const page = await listSubjects(database, { ...request.query, ownerId: ownerFilter(request.actor, 'subjects.read') });
    return { items: page.items.map(viewSubject), next: page.next };
  });

  app.post('/subjects', { schema: { operationId: 'createSubject', body: SubjectInput, response: created(SubjectView) } }, async (request, reply) => {
    allow(request.actor, 'subjects.write');
    const subject = await operate(parts, request, 'subject.create', (tx) => createSubject(tx, clock, request.body), aboutSubject);
    return reply.code(201).send(withVersion(reply, viewSubject(subject)));
  });

  app.get('/subjects/:subject', { schema: { operationId: 'getSubject', params: Path, response: answers(SubjectView) } }, async (request, reply) =>
    withVersion(reply, viewSubject(await ownedSubject(parts, request, 'subjects.read', request.params.subject))),
  );

  app.patch('/subjects/:subject', { schema: { operationId: 'updateSubject', params: Path, body: SubjectChanges, response: answers(SubjectView) } }, async (request, reply) => {
    const { id } = await ownedSubject(parts, request, 'subjects.write', request.params.subject);
    const version = expectedVersion(request);
    const subject = await operate(parts, request, 'subject.update', (tx) => updateSubject(tx, id, version, request.body), aboutSubject);
    return withVersion(reply, viewSubject(subject));
  });

  app.delete('/subjects/:subject', { schema: { operationId: 'removeSubject', params: Path, response: nothing } }, async (request, reply) => {
    const subject = await ownedSubject(parts, request, 'subjects.write', request.params.subject);
    await operate(parts, request, 'subject.remove', (tx) => deleteSubject(tx, subject.id), () => aboutSubject(subject));
    return reply.code(204).send(null);
  });
};

/** Their appkeys: shown once, kept as a hash, rotated with overlap. */
export const appkeyRoutes: Routes = (parts) => async (app) => {
  const { database, clock } = parts;

  app.get('/subjects/:subject/appkeys', { schema: { operationId: 'listAppkeys', params: Path, response: answers(Type.Object({ items: Type.Array(CredentialView) })) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.read', request.params.subject);
    return { items: (await listCredentials(database, subject.id)).map(viewCredential) };
  });

  app.post(
    '/subjects/:subject/appkeys',
    { schema: { operationId: 'issueAppkey', params: Path, body: Type.Object({ expiresAt: Expiry }, { additionalProperties: false, default: {} }), response: created(IssuedKey) } },
    async (request, reply) => {
      const subject = await ownedSubject(parts, request, 'credentials.write', request.params.subject);
      const issued = await operate(parts, request, 'appkey.issue', (tx) => issueAppkey(tx, clock, subject.id, validity(request.body.expiresAt)), ({ credential }) => ({
        ...aboutSubject(subject, { hint: credential.hint }),
        credentialId: credential.id,
      }));
      return reply.code(201).send({ appkey: issued.appkey, credential: viewCredential(issued.credential) });
    },
  );

  app.post('/subjects/:subject/appkeys/rotate', { schema: { operationId: 'rotateAppkey', params: Path, body: Rotation, response: created(IssuedKey) } }, async (request, reply) => {
    const subject = await ownedSubject(parts, request, 'credentials.rotate', request.params.subject);
    const { overlapSeconds, expiresAt } = request.body;
    const issued = await operate(parts, request, 'appkey.rotate', (tx) => rotateAppkey(tx, clock, subject.id, { overlapSeconds, ...validity(expiresAt) }), ({ credential }) => ({
      ...aboutSubject(subject, { hint: credential.hint, overlapSeconds }),
      credentialId: credential.id,
    }));
    return reply.code(201).send({ appkey: issued.appkey, credential: viewCredential(issued.credential) });
  });

  app.delete('/subjects/:subject/appkeys/:id', { schema: { operationId: 'revokeAppkey', params: KeyPath, response: answers(CredentialView) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.write', request.params.subject);
    const revoked = await operate(parts, request, 'appkey.revoke', (tx) => revokeCredential(tx, clock, subject.id, request.params.id), (credential) => ({
      ...aboutSubject(subject, { hint: credential.hint }),
      credentialId: credential.id,
    }));
    return viewCredential(revoked);
  });
};
