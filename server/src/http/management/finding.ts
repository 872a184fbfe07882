import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { allow, allowOwned, getSubject, getSubjectByName, type Right, type Subject } from '../../modules/identity/index.ts';
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
  allowOwned(request.actor, right, subject.ownerId, () => new DomainError('not-found', 'identity.subject.unknown', `没有主体 ${reference} (no such subject)`));
  return subject;
}

/** What the journal says of an action on a subject. */
export const aboutSubject = (subject: Subject, details: object = {}) => ({ subjectId: subject.id, details: JSON.stringify({ subject: subject.name, ...details }) });
