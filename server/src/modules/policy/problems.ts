import { DomainError } from '../../kernel/errors.ts';
import type { TermName } from './model.ts';

/** Why a term cannot be enforced. */
export interface Problem {
  readonly term: TermName;
  /** Stable, in dots: `masks.kind`. */
  readonly code: string;
  /** For the person who wrote the policy. */
  readonly reason: string;
  /**
   * True where the policy stays enforceable as it stands and shows no more for it, as when a column that a grant
   * lists has left the product: refused when it is written, let be when a call is decided.
   */
  readonly harmless: boolean;
}

/** A collector of problems, so that one answer names all of them. */
export class Problems {
  readonly list: Problem[] = [];

  add(term: TermName, code: string, reason: string): void {
    this.list.push({ term, code: `${term}.${code}`, reason, harmless: false });
  }

  addHarmless(term: TermName, code: string, reason: string): void {
    this.list.push({ term, code: `${term}.${code}`, reason, harmless: true });
  }
}

/** Decision 10: what cannot be enforced is refused, every term of it by name. */
export function unenforceable(problems: readonly Problem[]): DomainError {
  const reasons = problems.map(({ term, reason }) => `${term}: ${reason}`);
  return new DomainError('unenforceable-policy', 'policy.unenforceable', `策略条款无法执行 (terms that cannot be enforced)：${reasons.join('；')}`, {
    details: {
      terms: [...new Set(problems.map(({ term }) => term))],
      codes: problems.map(({ code }) => code),
      reasons,
    },
  });
}
