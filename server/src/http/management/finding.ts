import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { findRight, noRight } from '../../modules/grants/index.ts';
import { allow, allowOwned, getSubject, getSubjectByName, unknownSubject, type Right, type Subject } from '../../modules/identity/index.ts';
import { getProduct, unknownProduct, type Product } from '../../modules/products/index.ts';
import type { Queryable } from '../../storage/database.ts';
import type { ManagementParts } from './parts.ts';

/** A subject by its name or identifier. Throws `identity.subject.unknown`. */
export const subjectOf = (on: Queryable, reference: string): Promise<Subject> => (isId(reference) ? getSubject(on, reference) : getSubjectByName(on, reference));

/** A product, as far as the actor's right reaches it; another's is answered like a missing one. */
export async function ownedProduct(parts: ManagementParts, request: FastifyRequest, right: Right, reference: string): Promise<Product> {
  allow(request.actor, right);
  const product = await getProduct(parts.database, reference);
  allowOwned(request.actor, right, product.providerId, () => unknownProduct(reference));
  return product;
}

/** A subject, as far as the actor's right reaches it; another's is answered like a missing one. */
export async function ownedSubject(parts: ManagementParts, request: FastifyRequest, right: Right, reference: string): Promise<Subject> {
  allow(request.actor, right);
  const subject = await subjectOf(parts.database, reference);
  allowOwned(request.actor, right, subject.ownerId, unknownSubject);
  return subject;
}

/**
 * The subject of a question about a product. A provider is told of those who hold a grant to it; whether there are others
 * is not his to know. Throws `grant.none`.
 */
export async function holderOf(parts: ManagementParts, request: FastifyRequest, right: Right, product: Product, reference: string): Promise<Subject> {
  if (allow(request.actor, right) === 'all') return subjectOf(parts.database, reference);
  const subject = await subjectOf(parts.database, reference).catch(unlessMissing);
  if (subject === undefined || (await findRight(parts.database, subject.id, product.id)) === undefined) throw noRight();
  return subject;
}

/** What a list is narrowed to. Where it shows one's own only, a thing that does not exist narrows it like another's: to nothing. */
export async function narrowing(reach: 'all' | 'own', thing: Promise<{ readonly id: string }> | undefined): Promise<string | undefined> {
  if (thing === undefined) return undefined;
  const found = await (reach === 'all' ? thing : thing.catch(unlessMissing));
  return found?.id ?? newId(); // which nothing has
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof DomainError) || error.kind !== 'not-found') throw error;
}

/** What the journal says of an action on a subject. */
export const aboutSubject = (subject: Subject, details: object = {}) => ({ subjectId: subject.id, details: JSON.stringify({ subject: subject.name, ...details }) });
