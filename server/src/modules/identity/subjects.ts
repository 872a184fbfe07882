import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { checker, FOREIGN_KEY_VIOLATION, isId, pageOf, pageStart, refusedWith, UNIQUE_VIOLATION } from './checks.ts';
import { changedMeanwhile, conflict, invalid, nameTaken, notFound } from './errors.ts';
import { publicSubject, SubjectChanges, SubjectInput, type Page, type PageRequest, type Subject } from './model.ts';
import * as store from './store-subjects.ts';
import { userById } from './store-users.ts';

const checkInput = checker(SubjectInput, 'identity.subject.invalid');
const checkChanges = checker(SubjectChanges, 'identity.subject.invalid');

export const unknownSubject = (): DomainError => notFound('subject');

/** Throws `identity.subject.invalid`, `.owner-unknown`, `.name-taken`. */
export async function createSubject(tx: Transaction, clock: Clock, input: SubjectInput): Promise<Subject> {
  const { name, kind, unit = '', contact = '', ownerId = null } = checkInput(input);
  await assertOwner(tx, ownerId);
  const made = await store.insertSubject(tx, { id: newId(), name, kind, unit, contact, ownerId, createdAt: clock.now() });
  if (made === undefined) throw nameTaken('subject', name);
  await raiseRevision(tx);
  return made;
}

/** Throws `identity.subject.unknown` (not-found). */
export async function getSubject(on: Queryable, id: string): Promise<Subject> {
  const subject = isId(id) ? await store.subjectById(on, id) : undefined;
  if (subject === undefined) throw unknownSubject();
  return subject;
}

/** Names are unique. Throws `identity.subject.unknown` (not-found). */
export async function getSubjectByName(on: Queryable, name: string): Promise<Subject> {
  const subject = name.includes('\0') ? undefined : await store.subjectByName(on, name);
  if (subject === undefined) throw unknownSubject();
  return subject;
}

/** In the order of names; `ownerId` narrows to one owner's (see `ownerFilter`). */
export async function listSubjects(on: Queryable, request: PageRequest & { readonly ownerId?: string | undefined } = {}): Promise<Page<Subject>> {
  const { after, limit } = pageStart(request);
  return pageOf(await store.subjectsAfter(on, after, request.ownerId ?? null, limit + 1), limit);
}

/**
 * Changes a subject, or disables or enables it. Throws `identity.subject.changed` (precondition-failed) where `version`
 * is not the present one, `.unknown`, `.invalid`, `.owner-unknown`, `.name-taken`.
 */
export async function updateSubject(tx: Transaction, id: string, version: number, changes: SubjectChanges): Promise<Subject> {
  const wanted = checkChanges(changes);
  const subject = isId(id) ? await store.lockSubject(tx, id) : undefined;
  if (subject === undefined) throw unknownSubject();
  if (subject.version !== version) throw changedMeanwhile('subject', subject.version);
  if (wanted.ownerId !== undefined) await assertOwner(tx, wanted.ownerId);
  const saved = await store.saveSubject(tx, { ...subject, ...wanted }).catch((error: unknown) => {
    throw refusedWith(error, UNIQUE_VIOLATION) ? nameTaken('subject', wanted.name ?? subject.name) : error;
  });
  if (saved === undefined) throw unknownSubject();
  await raiseRevision(tx);
  return saved;
}

/** Deletes a subject and its credentials. Throws `identity.subject.in-use` while grants name it, `.built-in`, `.unknown`. */
export async function deleteSubject(tx: Transaction, id: string): Promise<void> {
  if (id === publicSubject) throw conflict('identity.subject.built-in', '公众主体为内置，请改为停用 (the public subject is built in: disable it instead)');
  const deleted =
    isId(id) &&
    (await store.deleteSubject(tx, id).catch((error: unknown) => {
      if (!refusedWith(error, FOREIGN_KEY_VIOLATION)) throw error;
      throw new DomainError('in-use', 'identity.subject.in-use', '使用方仍有授权，请改为停用 (grants name this subject: disable it instead)', { cause: error });
    }));
  if (!deleted) throw unknownSubject();
  await raiseRevision(tx);
}

async function assertOwner(tx: Transaction, ownerId: string | null): Promise<void> {
  if (ownerId === null || (isId(ownerId) && (await userById(tx, ownerId)) !== undefined)) return;
  throw invalid('identity.subject.owner-unknown', '负责人不是本节点用户 (the owner is no user of this node)');
}
