import { isShort, neverGrows } from '../../sql-template/growth.ts';
import { listOf, numberOf, textOf, type Tree } from './tree.ts';

/** CHAR(n) and BIT(n) fill up to their length. */
const MOST_FILLED = 1_000;

/** Forms in which a call cannot make much of little, of those functions that can. */
const bounded: Readonly<Record<string, { readonly holds: (texts: readonly (string | undefined)[]) => boolean; readonly as: string }>> = {
  replace: { holds: ([, from, to]) => neverGrows(from, to), as: "replace(x, '旧', '新')，两者为常量且“新”不长于“旧” (constants, and the new no longer than the old)" },
  regexp_replace: {
    holds: (texts) => texts[2] === '' || (texts.length === 3 && texts[2]?.includes('\\') === false),
    as: "regexp_replace(x, 'p', '新')，或 regexp_replace(x, 'p', '', 'g')：只换一处且无反斜杠，或换为空 (one place and no backslash, or all of them by nothing)",
  },
  array_to_string: { holds: ([, separator, missing = '']) => isShort(separator) && isShort(missing), as: "array_to_string(x, ',')，分隔符为短的常量 (a short constant between)" },
  concat_ws: { holds: ([separator]) => isShort(separator), as: "concat_ws(',', …)，分隔符为短的常量 (a short constant between)" },
  st_buffer: { holds: ({ length }) => length === 2, as: 'st_buffer(x, r)，不写其他参数 (no other arguments)' },
};

/** The form in which a function may be called, where a call has another. */
export function growingCall(name: string, call: Tree): string | undefined {
  const rule = bounded[name];
  return rule === undefined || rule.holds(listOf(call['args']).map(textOf)) ? undefined : rule.as;
}

export const isFilledFar = (name: string, type: Tree): boolean => (name === 'bpchar' || name === 'bit') && listOf(type['typmods']).some((length) => !((numberOf(length) ?? Infinity) <= MOST_FILLED));
