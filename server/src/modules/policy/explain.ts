import type { CompiledGrant } from './compile.ts';
import { toldByOrder, type Holder } from './join.ts';
import type { PlanQuota, TermName, TermVerdict } from './model.ts';
import type { Terms } from './terms.ts';

/** Notes for `explain`, of the terms that shape an answer; nothing is done where no trace is asked for. */

type Trace = TermVerdict[] | undefined;

const holders: readonly Holder[] = ['product', 'grant'];

export function noteColumns(trace: Trace, grant: CompiledGrant): void {
  if (trace === undefined) return;
  const limiting = holders.filter((holder) => grant.terms[holder].columns !== null);
  const shown = grant.columns.map(({ name }) => name).join('、');
  for (const holder of limiting) trace.push({ term: 'columns', holder, verdict: 'shape', note: `展示 (shown): ${shown}` });
  if (limiting.length === 0) trace.push({ term: 'columns', holder: 'grant', verdict: 'pass', note: '全部字段 (all fields)' });
  noteOrder(trace, 'columns', grant);
}

export function noteMasks(trace: Trace, grant: CompiledGrant): void {
  if (trace === undefined) return;
  const masked = grant.columns.filter(({ mask }) => mask !== null);
  for (const { name, mask } of masked) {
    const holder = grant.terms.product.masks.has(name) ? 'product' : 'grant';
    trace.push({ term: 'masks', holder, verdict: 'shape', note: `${name}: ${mask?.kind ?? ''}` });
  }
  if (masked.length === 0) trace.push({ term: 'masks', holder: 'grant', verdict: 'pass', note: '不脱敏 (no masks)' });
  noteOrder(trace, 'masks', grant);
}

function noteOrder(trace: TermVerdict[], term: 'columns' | 'masks', { closedKeys }: CompiledGrant): void {
  for (const key of closedKeys) if (key.term === term) trace.push({ term, holder: key.holder, verdict: 'shape', note: toldByOrder(key) });
}

/** Conditions of a policy never deny: they stand in the plan. */
export function noteCondition(trace: Trace, term: TermName, grant: CompiledGrant, has: (terms: Terms) => boolean): null {
  if (trace === undefined) return null;
  const narrowing = holders.filter((holder) => has(grant.terms[holder]));
  for (const holder of narrowing) trace.push({ term, holder, verdict: 'shape', note: '已加入查询条件 (added to the conditions)' });
  if (narrowing.length === 0) trace.push({ term, holder: 'grant', verdict: 'pass', note: '未设 (not set)' });
  return null;
}

/** Limits are counted when the call is admitted, not here. */
export function noteLimits(trace: Trace, term: 'quotas' | 'concurrency', limits: readonly (PlanQuota | { readonly holder: Holder; readonly limit: number })[]): null {
  if (trace === undefined) return null;
  for (const limit of limits) {
    const what = 'unit' in limit ? ` ${limit.unit}/${limit.per}` : '';
    trace.push({ term, holder: limit.holder, verdict: 'pass', note: `至多 (at most) ${limit.limit}${what}，准入时计数 (counted on admission)` });
  }
  if (limits.length === 0) trace.push({ term, holder: 'grant', verdict: 'pass', note: '未设 (not set)' });
  return null;
}

export function noteProblems(trace: Trace, term: TermName, grant: CompiledGrant): void {
  if (trace === undefined) return;
  for (const holder of holders) {
    for (const problem of grant.terms[holder].problems) {
      if (problem.term === term && !problem.harmless) trace.push({ term, holder, verdict: 'deny', note: problem.reason });
    }
  }
  const joint = grant.problems.filter((problem) => problem.term === term && !holders.some((holder) => grant.terms[holder].problems.includes(problem)));
  for (const { reason } of joint) trace.push({ term, holder: 'grant', verdict: 'deny', note: reason });
}
