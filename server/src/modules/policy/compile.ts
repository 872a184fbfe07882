import { joinTerms, type ClosedKey, type Holder } from './join.ts';
import type { Network } from './addresses.ts';
import type { Condition, GrantShape, OrderTerm, Plan, PlanColumn, PlanQuota, ProductShape } from './model.ts';
import { compileParameters, type Parameters } from './parameters.ts';
import type { Problem } from './problems.ts';
import { readTerms, type Terms } from './terms.ts';

/** A grant to a product, ready to decide calls. Callers keep it as long as neither of the two changes. */
export interface CompiledGrant {
  readonly product: ProductShape;
  readonly state: GrantShape['state'];
  /** Milliseconds; inclusive. */
  readonly validFrom: number;
  /** Milliseconds; exclusive. */
  readonly validTo: number;
  readonly allowLists: readonly { readonly holder: Holder; readonly networks: readonly Network[] }[];
  readonly parameters: Parameters;
  /** Whether a condition on some parameter's column would reveal it. */
  readonly hasClosedParameters: boolean;
  readonly columns: readonly PlanColumn[];
  readonly where: Condition & { readonly op: 'all' };
  readonly order: readonly OrderTerm[];
  readonly closedKeys: readonly ClosedKey[];
  readonly quotas: readonly PlanQuota[];
  readonly concurrency: Plan['concurrency'];
  /** Terms that became unenforceable after they were checked: every call is denied. */
  readonly problems: readonly Problem[];
  /** For `explain`. */
  readonly terms: { readonly [holder in Holder]: Terms };
}

/**
 * Compiles a grant. It does not throw: a term that the changed product cannot enforce any more denies every call,
 * and `explain` names it.
 */
export function compileGrant(product: ProductShape, grant: GrantShape): CompiledGrant {
  const terms = { product: readTerms(product.policy, product), grant: readTerms(grant.policy, product) };
  const joined = joinTerms(product, terms.product, terms.grant);
  const parameters = compileParameters(product, joined.access);
  return {
    product,
    state: grant.state,
    validFrom: grant.validFrom === null ? -Infinity : grant.validFrom.getTime(),
    validTo: grant.validTo === null ? Infinity : grant.validTo.getTime(),
    allowLists: holders(terms).flatMap(([holder, { networks }]) => (networks === null ? [] : [{ holder, networks }])),
    parameters,
    hasClosedParameters: parameters.list.some(({ access }) => !access.open),
    columns: joined.columns,
    where: { op: 'all', of: joined.conditions },
    order: joined.order,
    closedKeys: joined.closedKeys,
    quotas: holders(terms).flatMap(([holder, { quotas }]) => quotas.map((quota): PlanQuota => ({ ...quota, holder }))),
    concurrency: holders(terms).flatMap(([holder, { concurrency }]) => (concurrency === null ? [] : [{ holder, limit: concurrency }])),
    problems: [...terms.product.problems, ...terms.grant.problems, ...joined.problems].filter(({ harmless }) => !harmless),
    terms,
  };
}

function holders(terms: { readonly [holder in Holder]: Terms }): readonly (readonly [Holder, Terms])[] {
  return [['product', terms.product], ['grant', terms.grant]];
}
