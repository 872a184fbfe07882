import Type from 'typebox';
import {
  allowOwned, createSubject, deleteSubject, getSubject, getSubjectByName, issueAppkey, listCredentials, listSubjects, ownerFilter, revokeCredential, rotateAppkey, SubjectChanges, SubjectInput,
  allow, updateSubject, type Actor, type Right, type Subject,
} from '../../modules/identity/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { operate } from './operate.ts';
import { PageOf, PageQuery } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { CredentialView, IssuedKey, SubjectView, viewCredential, viewSubject } from './people.ts';
import { answers, created, nothing } from './schemas.ts';

const Path = Type.Object({ subject: Type.String({ minLength: 1, maxLength: 100, description: '编号或名称' }) });
const KeyPath = Type.Object({ ...Path.properties, id: Type.String({ maxLength: 64 }) });
const Expiry = Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()]));
const Rotation = Type.Object({ overlapSeconds: Type.Integer({ minimum: 0, maximum: 2_592_000, default: 86_400 }), expiresAt: Expiry }, { additionalProperties: false });

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The subject of the path, as far as the right reaches; another's is answered like a missing one. */
async function subjectOf(parts: ManagementParts, { actor }: { readonly actor: Actor }, wanted: string, right: Right): Promise<Subject> {
  allow(actor, right);
  const subject = await (uuid.test(wanted) ? getSubject(parts.database, wanted) : getSubjectByName(parts.database, wanted));
  allowOwned(actor, right, subject.ownerId, () => new DomainError('not-found', 'identity.subject.unknown', `没有主体 ${wanted} (no such subject)`));
  return subject;
}

const about = (subject: Subject, details: object = {}) => ({ subjectId: subject.id, details: JSON.stringify({ subject: subject.name, ...details }) });
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
    const subject = await operate(parts, request, 'subject.create', (tx) => createSubject(tx, clock, request.body), about);
    return reply.code(201).send(withVersion(reply, viewSubject(subject)));
  });

  app.get('/subjects/:subject', { schema: { operationId: 'getSubject', params: Path, response: answers(SubjectView) } }, async (request, reply) =>
    withVersion(reply, viewSubject(await subjectOf(parts, request, request.params.subject, 'subjects.read'))),
  );

  app.patch('/subjects/:subject', { schema: { operationId: 'updateSubject', params: Path, body: SubjectChanges, response: answers(SubjectView) } }, async (request, reply) => {
    const { id } = await subjectOf(parts, request, request.params.subject, 'subjects.write');
    const version = expectedVersion(request);
    const subject = await operate(parts, request, 'subject.update', (tx) => updateSubject(tx, id, version, request.body), about);
    return withVersion(reply, viewSubject(subject));
  });

  app.delete('/subjects/:subject', { schema: { operationId: 'removeSubject', params: Path, response: nothing } }, async (request, reply) => {
    const subject = await subjectOf(parts, request, request.params.subject, 'subjects.write');
    await operate(parts, request, 'subject.remove', (tx) => deleteSubject(tx, subject.id), () => about(subject));
    return reply.code(204).send(null);
  });
};

/** Their appkeys: shown once, kept as a hash, rotated with overlap. */
export const appkeyRoutes: Routes = (parts) => async (app) => {
  const { database, clock } = parts;

  app.get('/subjects/:subject/appkeys', { schema: { operationId: 'listAppkeys', params: Path, response: answers(Type.Object({ items: Type.Array(CredentialView) })) } }, async (request) => {
    const subject = await subjectOf(parts, request, request.params.subject, 'credentials.read');
    return { items: (await listCredentials(database, subject.id)).map(viewCredential) };
  });

  app.post(
    '/subjects/:subject/appkeys',
    { schema: { operationId: 'issueAppkey', params: Path, body: Type.Object({ expiresAt: Expiry }, { additionalProperties: false, default: {} }), response: created(IssuedKey) } },
    async (request, reply) => {
      const subject = await subjectOf(parts, request, request.params.subject, 'credentials.write');
      const issued = await operate(parts, request, 'appkey.issue', (tx) => issueAppkey(tx, clock, subject.id, validity(request.body.expiresAt)), ({ credential }) => ({
        ...about(subject, { hint: credential.hint }),
        credentialId: credential.id,
      }));
      return reply.code(201).send({ appkey: issued.appkey, credential: viewCredential(issued.credential) });
    },
  );

  app.post('/subjects/:subject/appkeys/rotate', { schema: { operationId: 'rotateAppkey', params: Path, body: Rotation, response: created(IssuedKey) } }, async (request, reply) => {
    const subject = await subjectOf(parts, request, request.params.subject, 'credentials.rotate');
    const { overlapSeconds, expiresAt } = request.body;
    const issued = await operate(parts, request, 'appkey.rotate', (tx) => rotateAppkey(tx, clock, subject.id, { overlapSeconds, ...validity(expiresAt) }), ({ credential }) => ({
      ...about(subject, { hint: credential.hint, overlapSeconds }),
      credentialId: credential.id,
    }));
    return reply.code(201).send({ appkey: issued.appkey, credential: viewCredential(issued.credential) });
  });

  app.delete('/subjects/:subject/appkeys/:id', { schema: { operationId: 'revokeAppkey', params: KeyPath, response: answers(CredentialView) } }, async (request) => {
    const subject = await subjectOf(parts, request, request.params.subject, 'credentials.write');
    const revoked = await operate(parts, request, 'appkey.revoke', (tx) => revokeCredential(tx, clock, subject.id, request.params.id), (credential) => ({
      ...about(subject, { hint: credential.hint }),
      credentialId: credential.id,
    }));
    return viewCredential(revoked);
  });
};
