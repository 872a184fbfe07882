import { neverGrows } from '../../sql-template/growth.ts';
import type { Token } from '../../sql-template/template.ts';

/** BINARY(n) fills up to its length. */
const MOST_FILLED = 1_000;

/** The form in which a function may be called, where a call has another; `last` are the tokens before its end, the last first. */
const bounded: Readonly<Record<string, { readonly holds: (last: readonly string[]) => boolean; readonly as: string }>> = {
  REPLACE: {
    holds: ([to, comma, from, before]) => comma === ',' && before === ',' && neverGrows(textOf(from), textOf(to)),
    as: "REPLACE(x, '旧', '新')，两者为常量且“新”不长于“旧” (constants, and the new no longer than the old)",
  },
  REGEXP_REPLACE: { holds: ([to, comma]) => comma === ',' && to === "''", as: "REGEXP_REPLACE(x, 'p', '') (nothing in its place)" },
  BINARY: { holds: ([length, before]) => before !== '(' || !/^\d+$/.test(length ?? '') || Number(length) <= MOST_FILLED, as: `BINARY(n)，n 至多 ${MOST_FILLED} (at most so many)` },
};

const textOf = (token: string | undefined): string | undefined => (token?.startsWith("'") === true ? token.slice(1, -1).replaceAll("''", "'") : undefined);

/** What is wrong with the call whose parentheses stand at two places. */
export function growingCall(tokens: readonly Token[], from: number, to: number): string | undefined {
  const rule = bounded[tokens[from - 1]?.text.toUpperCase() ?? ''];
  const last = tokens.slice(from, to).map(({ text }) => text).toReversed();
  return rule === undefined || rule.holds(last) ? undefined : rule.as;
}
