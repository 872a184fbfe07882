import type { Queryable } from '../../storage/database.ts';
import { problemsOf, warningsOf } from '../policy/index.ts';
import { findLiveProduct, getProduct, shapeOf, type Product } from '../products/index.ts';
import { findResource } from '../resources/index.ts';
import { lostResource } from './grants.ts';
import type { Grant } from './model.ts';
import { listGrants } from './store.ts';

/** A grant that was given for another version of its product, and what of it this version cannot keep. */
export interface UnfitGrant extends Pick<Grant, 'id' | 'subjectName' | 'state'> {
  /** True where every call under it is denied; else it stands, and shows no more for it. */
  readonly denied: boolean;
  readonly reasons: readonly string[];
}

/** How many there are, and the first of them. */
export interface UnfitGrants {
  readonly count: number;
  readonly items: readonly UnfitGrant[];
}

/** Most of them that are listed. */
export const UNFIT_LISTED = 100;
const PAGE = 500;

/** The grants, not revoked, that do not fit a product's version. Publishing warns of them and does not wait: what cannot be kept is denied. */
export async function unfitGrants(on: Queryable, product: Product): Promise<UnfitGrants> {
  const resource = await findResource(on, product.resourceId);
  if (resource === undefined) throw lostResource();
  const shape = shapeOf(product.definition, resource);
  const items: UnfitGrant[] = [];
  let count = 0;
  let page: Grant[] = [];
  do {
    page = await listGrants(on, { productId: product.id, after: page.at(-1)?.id ?? '', limit: PAGE });
    for (const { id, subjectName, state, policy } of page) {
      const problems = state === 'revoked' ? [] : problemsOf(policy, shape, product.definition.policy);
      if (problems.length === 0) continue;
      count += 1;
      if (items.length === UNFIT_LISTED) continue;
      items.push({ id, subjectName, state, denied: problems.some(({ harmless }) => !harmless), reasons: problems.map(({ term, reason }) => `${term}: ${reason}`) });
    }
  } while (page.length === PAGE);
  return { count, items };
}

/** What whoever gives a grant should know of it, though it is not refused: of the live version where there is one. */
export async function warningsOfGrant(on: Queryable, { productId, policy }: Grant): Promise<readonly string[]> {
  const product = (await findLiveProduct(on, productId)) ?? (await getProduct(on, productId));
  const resource = await findResource(on, product.resourceId);
  if (resource === undefined) throw lostResource();
  return warningsOf(policy, shapeOf(product.definition, resource));
}
