/** The tree as the parser hands it over: it is judged by its shape alone. */
export type Tree = { readonly [key: string]: unknown };

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What stands within a node of a kind; undefined for a node of another. */
export function within(node: unknown, kind: string): Tree | undefined {
  const inner = isTree(node) ? node[kind] : undefined;
  return isTree(inner) ? inner : undefined;
}

/** The strings of a qualified name. */
export const namesOf = (value: unknown): string[] =>
  listOf(value).flatMap((each) => {
    const name = within(each, 'String')?.['sval'];
    return typeof name === 'string' ? [name] : [];
  });

/** The grammar itself calls functions of pg_catalog, for EXTRACT and its like. */
export const unqualified = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : names.length === 2 && names[0] === 'pg_catalog' ? names[1] : undefined);

/** A text that is written out. */
export function textOf(node: unknown): string | undefined {
  const text = within(within(node, 'A_Const'), 'sval')?.['sval'];
  return typeof text === 'string' ? text : undefined;
}

/** A number that is written out; the parser leaves a zero out. */
export function numberOf(node: unknown): number | undefined {
  const number = within(within(node, 'A_Const'), 'ival');
  return number === undefined ? undefined : Number(number['ival'] ?? 0);
}
