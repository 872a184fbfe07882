import type { FastifyRequest } from 'fastify';
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
