import Type from 'typebox';
import {
  allow, createSubject, credentialKinds, deleteSubject, gatewayCiphers, issueCredential, listCredentials, listSubjects, ownerFilter, revokeCredential, rotateCredential,
  SubjectChanges, SubjectInput, updateSubject, type Credential, type IssuedCredential, type Subject,
} from '../../modules/identity/index.ts';
import type { Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { aboutSubject, ownedSubject } from './finding.ts';
import { operate } from './operate.ts';
import { PageOf, pageOf, PageQuery, positionOf, positionText } from './paging.ts';
import { CredentialView, IssuedSecret, SubjectView, viewCredential, viewSubject } from './people.ts';
import { answers, created, IfMatch, nothing } from './schemas.ts';

const Path = Type.Object({ subject: Type.String({ minLength: 1, maxLength: 100, description: '编号或名称' }) });
const CredentialPath = Type.Object({ ...Path.properties, id: Type.String({ maxLength: 64 }) });
const wished = {
  kind: Type.Enum(credentialKinds, { default: 'appkey' }),
  cipher: Type.Optional(Type.Enum(gatewayCiphers, { description: '仅 gateway：当日密钥以 AES-128 的何种模式下发' })),
  expiresAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
};
const Wish = Type.Object(wished, { additionalProperties: false, default: {} });
const Rotation = Type.Object({ ...wished, overlapSeconds: Type.Integer({ minimum: 0, maximum: 2_592_000, default: 86_400 }) }, { additionalProperties: false });

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

  app.patch('/subjects/:subject', { schema: { operationId: 'updateSubject', params: Path, headers: IfMatch, body: SubjectChanges, response: answers(SubjectView) } }, async (request, reply) => {
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

/** Their credentials: appkeys, what signs, the national gateway's. Secrets are shown once and rotated with overlap. */
export const credentialRoutes: Routes = (parts) => async (app) => {
  const { database, clock, key } = parts;
  const aboutCredential = (subject: Subject, { id, kind, hint }: Credential, more: object = {}) => ({ ...aboutSubject(subject, { kind, hint, ...more }), credentialId: id });
  const viewIssued = ({ secret, credential }: IssuedCredential) => ({ secret, credential: viewCredential(credential) });

  app.get('/subjects/:subject/credentials', { schema: { operationId: 'listCredentials', params: Path, querystring: PageQuery, response: answers(PageOf(CredentialView)) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.read', request.params.subject);
    const { cursor, limit } = request.query;
    const page = pageOf(await listCredentials(database, subject.id, { before: positionOf(cursor), limit: limit + 1 }), limit, ({ createdAt, id }) => positionText(createdAt, id));
    return { ...page, items: page.items.map(viewCredential) };
  });

  app.post('/subjects/:subject/credentials', { schema: { operationId: 'issueCredential', params: Path, body: Wish, response: created(IssuedSecret) } }, async (request, reply) => {
    const subject = await ownedSubject(parts, request, 'credentials.write', request.params.subject);
    const { expiresAt, ...wish } = request.body;
    const issued = await operate(parts, request, 'credential.issue', (tx) => issueCredential(tx, clock, key, subject.id, { ...wish, ...validity(expiresAt) }), ({ credential }) => aboutCredential(subject, credential));
    return reply.code(201).send(viewIssued(issued));
  });

  app.post('/subjects/:subject/credentials/rotate', { schema: { operationId: 'rotateCredential', params: Path, body: Rotation, response: created(IssuedSecret) } }, async (request, reply) => {
    const subject = await ownedSubject(parts, request, 'credentials.rotate', request.params.subject);
    const { expiresAt, ...wish } = request.body;
    const issued = await operate(parts, request, 'credential.rotate', (tx) => rotateCredential(tx, clock, key, subject.id, { ...wish, ...validity(expiresAt) }), ({ credential }) =>
      aboutCredential(subject, credential, { overlapSeconds: wish.overlapSeconds }),
    );
    return reply.code(201).send(viewIssued(issued));
  });

  app.delete('/subjects/:subject/credentials/:id', { schema: { operationId: 'revokeCredential', params: CredentialPath, response: answers(CredentialView) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.write', request.params.subject);
    const revoked = await operate(parts, request, 'credential.revoke', (tx) => revokeCredential(tx, clock, subject.id, request.params.id), (credential) => aboutCredential(subject, credential));
    return viewCredential(revoked);
  });
};
