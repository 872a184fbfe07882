import { columnType, isInput } from './columns.ts';
import type { Condition, OrderTerm, PlanColumn, PlanMask, ProductShape } from './model.ts';
import { Problems, type Problem } from './problems.ts';
import { isContradictory, type Terms } from './terms.ts';

export type Holder = 'product' | 'grant';

/** How a grant sees a column: `open`, or why a condition on it would reveal it. */
export type Access = { readonly open: true } | Closed;

interface Closed {
  readonly open: false;
  readonly term: 'columns' | 'masks';
  readonly holder: Holder;
}

/** A column of the key that the product has as a field and that is hidden or masked: rows are ordered by it all the same. */
export interface ClosedKey extends Closed {
  readonly column: string;
}

/** The product's template and the grant's policy together; both bind. */
export interface Joined {
  readonly columns: readonly PlanColumn[];
  readonly access: (column: string) => Access;
  readonly conditions: readonly Condition[];
  readonly order: readonly OrderTerm[];
  readonly closedKeys: readonly ClosedKey[];
  readonly problems: readonly Problem[];
}

/** Columns intersect, masks add up, conditions are ANDed. */
export function joinTerms(product: ProductShape, template: Terms, grant: Terms): Joined {
  const columns = product.kind === 'query' ? planColumns(product, template, grant) : [];
  const access = (column: string): Access => accessTo(column, product, columns, template);
  return {
    columns,
    access,
    conditions: [...conditionsOf(template), ...conditionsOf(grant)],
    order: product.kind === 'query' ? orderOf(product, access) : [],
    closedKeys: product.kind === 'query' ? closedKeysOf(product, access) : [],
    problems: findProblems(product, template, grant, columns, access),
  };
}

function planColumns(product: ProductShape, template: Terms, grant: Terms): PlanColumn[] {
  return product.fields
    .filter(({ name }) => shows(template, name) && shows(grant, name))
    .map(({ name, column, type }) => ({
      name,
      column,
      columnType: columnType(product, column) ?? 'other',
      type,
      mask: maskOf(name, template, grant),
    }));
}

function shows(terms: Terms, field: string): boolean {
  return terms.columns === null || terms.columns.has(field);
}

function maskOf(field: string, template: Terms, grant: Terms): PlanMask | null {
  return template.masks.get(field) ?? grant.masks.get(field) ?? null;
}

function accessTo(column: string, product: ProductShape, columns: readonly PlanColumn[], template: Terms): Access {
  // a verify product shows nothing, and says by its nature whether a row matches
  if (product.kind === 'verify') return { open: true };
  // what the source is given says nothing of what it holds
  if (isInput(product, column)) return { open: true };
  const shown = columns.filter((field) => field.column === column);
  if (shown.some(({ mask }) => mask === null)) return { open: true };
  const [masked] = shown;
  if (masked !== undefined) return { open: false, term: 'masks', holder: template.masks.has(masked.name) ? 'product' : 'grant' };
  const offered = product.fields.some((field) => field.column === column && shows(template, field.name));
  return { open: false, term: 'columns', holder: offered ? 'grant' : 'product' };
}

function conditionsOf({ rows, region, period }: Terms): Condition[] {
  return [rows, region, ...(period?.conditions ?? [])].filter((condition) => condition !== null);
}

/** To sort by what is not shown would reveal it; the key ends every order all the same, so that pages neither repeat nor miss a row. */
function orderOf(product: ProductShape, access: (column: string) => Access): OrderTerm[] {
  const order = product.order.filter(({ column }) => access(column).open);
  const missing = product.key.filter((column) => !order.some((term) => term.column === column));
  return [...order, ...missing.map((column): OrderTerm => ({ column, direction: 'asc' }))];
}

/** Told, not mended: nothing else is known to be unique that could take its place (docs/decisions/2026-11-28-order-of-masked-keys.md). */
function closedKeysOf({ key, fields }: ProductShape, access: (column: string) => Access): ClosedKey[] {
  return key.flatMap((column) => {
    const seen = access(column);
    return seen.open || !fields.some((field) => field.column === column) ? [] : [{ column, ...seen }];
  });
}

export const toldByOrder = ({ column }: ClosedKey): string =>
  `行按键列 ${column} 的原值排序，次序会透露其大小；如须避免，请为数据资源另选唯一键 (rows come in the order of the key column ${column}, which tells whose value is greater: where that must not be, give the resource another key)`;

function findProblems(
  product: ProductShape,
  template: Terms,
  grant: Terms,
  columns: readonly PlanColumn[],
  access: (column: string) => Access,
): readonly Problem[] {
  const problems = new Problems();
  if (product.kind === 'query' && columns.length === 0) problems.add('columns', 'none-left', '没有可展示的字段 (no field is left to show)');
  for (const field of grant.masks.keys()) {
    if (template.masks.has(field)) problems.add('masks', 'already-masked', `字段 ${field} 已由产品脱敏 (the product masks the field already)`);
  }
  for (const { name, column, mask } of columns) {
    const other = mask === null ? undefined : columns.find((field) => field.column === column && field.mask === null);
    if (other !== undefined) problems.add('masks', 'exposed', `字段 ${name} 已脱敏，但同一列又由字段 ${other.name} 原样输出 (another field shows the same column unmasked)`);
  }
  for (const { name, column, required } of product.parameters) {
    const seen = access(column);
    if (required && !seen.open) problems.addHarmless(seen.term, 'parameter', `必填参数 ${name} 的列被隐藏或脱敏，产品将无法调用 (a required parameter's column is hidden or masked: no call could succeed)`);
  }
  if (isDisjoint(template, grant)) problems.addHarmless('time', 'disjoint', '与产品的数据时间范围没有交集 (no time in common with the product)');
  return problems.list;
}

function isDisjoint(template: Terms, grant: Terms): boolean {
  const [outer, inner] = [template.period, grant.period];
  if (outer === null || inner === null || outer.column !== inner.column) return false;
  return isContradictory(outer.from, inner.to) || isContradictory(inner.from, outer.to);
}
