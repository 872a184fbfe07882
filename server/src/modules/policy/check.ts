import { joinTerms, toldByOrder } from './join.ts';
import type { Policy, ProductShape } from './model.ts';
import { Problems, unenforceable, type Problem } from './problems.ts';
import { noteCrossing } from './region.ts';
import { noTerms, readTerms } from './terms.ts';

/**
 * Checks that every term of a policy can be enforced on a product (decision 10).
 * @param policy the product's template, or a grant's policy
 * @param product a product that passed `checkShape`
 * @param template the product's template, where `policy` is a grant's
 * @throws DomainError `unenforceable-policy`; `details.codes` and `details.reasons` name each term and why
 */
export function checkPolicy(policy: Policy, product: ProductShape, template?: Policy): void {
  const problems = problemsOf(policy, product, template);
  if (problems.length > 0) throw unenforceable(problems);
}

/** All for which `checkPolicy` would refuse a policy, the harmless too: of a grant, what a new version of its product does to it. */
export function problemsOf(policy: Policy, product: ProductShape, template?: Policy): readonly Problem[] {
  const own = readTerms(policy, product);
  const joined = template === undefined ? joinTerms(product, own, noTerms) : joinTerms(product, readTerms(template, product), own);
  const crossing = new Problems();
  if (own.region !== null) noteCrossing(policy.region, crossing);
  return [...own.problems, ...crossing.list, ...joined.problems];
}

/** What a grant's policy lets be seen though it hides or masks it: not refused, and to be known by whoever gives the grant. */
export function warningsOf(policy: Policy, product: ProductShape): readonly string[] {
  return joinTerms(product, readTerms(product.policy, product), readTerms(policy, product)).closedKeys.map(toldByOrder);
}
