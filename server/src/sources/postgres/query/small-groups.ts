import { noGroups, noPlainCount } from '../../sql-template/small-groups.ts';
import { aggregates } from './allowed.ts';
import { isTree, listOf, namesOf, unqualified, within, type Tree } from './tree.ts';

/**
 * Refuses what would tell of a group that is left out by others in the same answer: totals beside groups, or a column
 * that does not count them. What is counted by a join that doubles rows, or by overlapping groups, cannot be seen here.
 */
export function checkGroups(statement: Tree, column: string): void {
  visit(statement, -1);
  const targets = listOf(within(statement, 'SelectStmt')?.['targetList']).map((target) => within(target, 'ResTarget'));
  if (!targets.some((target) => target !== undefined && isCount(target, column))) throw noPlainCount(column);
}

function isCount({ name, val }: Tree, column: string): boolean {
  const call = unqualified(namesOf(within(val, 'FuncCall')?.['funcname']));
  return call === 'count' && (name ?? call) === column;
}

/** `depth` counts the queries around: totals are reckoned in the outermost alone. */
function visit(value: unknown, depth: number): void {
  for (const each of listOf(value)) visit(each, depth);
  if (!isTree(value)) return;
  const { op } = value;
  if (typeof op === 'string' && op.startsWith('SETOP_') && op !== 'SETOP_NONE') throw noGroups('UNION、EXCEPT、INTERSECT');
  for (const [kind, inner] of Object.entries(value)) {
    if (kind === 'GroupingSet') throw noGroups('ROLLUP、CUBE、GROUPING SETS');
    if (kind === 'WindowDef' || kind === 'over') throw noGroups('OVER');
    if (isTree(inner)) checkNode(kind, inner, depth);
    visit(inner, kind === 'SelectStmt' ? depth + 1 : depth);
  }
}

function checkNode(kind: string, node: Tree, depth: number): void {
  if (kind === 'SubLink' && node['subLinkType'] === 'ARRAY_SUBLINK') throw noGroups('ARRAY(SELECT …)');
  const name = kind === 'FuncCall' ? unqualified(namesOf(node['funcname'])) : undefined;
  if (depth > 0 && name !== undefined && aggregates.has(name)) throw noGroups(`子查询中的 ${name}()`);
}
