import { Compile } from 'typebox/compile';
import { parseNetwork, type Network } from './addresses.ts';
import { comparison, isTemporal } from './conditions.ts';
import { columnType, inputRefused, isInput } from './columns.ts';
import { acceptedForms, parseOperand, type Operand } from './literals.ts';
import { misfit, planMask } from './masks.ts';
import { Policy, termNames, type Condition, type PlanMask, type ProductShape, type Quota } from './model.ts';
import { Problems, type Problem } from './problems.ts';
import { readRegion } from './region.ts';
import { compileRule, ruleExcess } from './rows.ts';
import { compareInstants } from './times.ts';

/** The terms of one policy, read against a product; `null` means that the policy has no such term. */
export interface Terms {
  readonly columns: ReadonlySet<string> | null;
  readonly masks: ReadonlyMap<string, PlanMask>;
  readonly rows: Condition | null;
  readonly region: Condition | null;
  readonly period: Period | null;
  readonly networks: readonly Network[] | null;
  readonly quotas: readonly Quota[];
  readonly concurrency: number | null;
  readonly problems: readonly Problem[];
}

export interface Period {
  readonly column: string;
  readonly from: Operand | null;
  readonly to: Operand | null;
  readonly conditions: readonly Condition[];
}

export const noTerms: Terms = {
  columns: null, masks: new Map(), rows: null, region: null, period: null, networks: null, quotas: [], concurrency: null, problems: [],
};

const schema = Compile(Policy);

/** Reads a policy. It never throws: what cannot be enforced stands in `problems`, and nothing of it in the terms. */
export function readTerms(policy: Policy, product: ProductShape): Terms {
  const problems = new Problems();
  if (!isWellFormed(policy, problems)) return { ...noTerms, problems: problems.list };
  return {
    columns: readColumns(policy.columns, product, problems),
    masks: readMasks(policy, product, problems),
    rows: policy.rows === undefined ? null : compileRule(policy.rows, product, problems),
    region: readRegion(policy.region, product, problems),
    period: readPeriod(policy.time, product, problems),
    networks: readNetworks(policy.addresses, problems),
    quotas: readQuotas(policy.quotas, problems),
    concurrency: policy.concurrency ?? null,
    problems: problems.list,
  };
}

/** The policy may come from another version of the node: an unknown term is a problem, never passed over. */
function isWellFormed(policy: Policy, problems: Problems): boolean {
  const excess = ruleExcess(policy.rows);
  if (excess !== null) {
    problems.add('rows', 'excess', excess);
    return false;
  }
  if (schema.Check(policy)) return true;
  const known: readonly string[] = Object.keys(Policy.properties);
  for (const name of Object.keys(policy)) {
    if (!known.includes(name)) problems.add('state', 'unknown-term', `未知条款 ${name} (unknown term)`);
  }
  const paths = new Set(schema.Errors(policy).map(({ instancePath }) => instancePath));
  for (const term of termNames) {
    const places = [...paths].filter((path) => path === `/${term}` || path.startsWith(`/${term}/`));
    if (places.length > 0) problems.add(term, 'form', `写法不符合词汇表 (not of the vocabulary)：${places.slice(0, 3).join(' ')}`);
  }
  if (problems.list.length === 0) problems.add('state', 'form', '策略不是对象 (the policy is no object)');
  return false;
}

const noFields = {
  verify: '核验产品不展示字段 (a verify product shows no fields)',
  relay: '转发产品原样交付，无法按字段控制 (a relay product hands over what its source answers: no term can bind its fields)',
} as const;

function readColumns(columns: Policy['columns'], product: ProductShape, problems: Problems): ReadonlySet<string> | null {
  if (columns === undefined) return null;
  if (product.kind !== 'query') problems.add('columns', product.kind, noFields[product.kind]);
  const known = new Set(product.fields.map(({ name }) => name));
  for (const name of columns) {
    if (!known.has(name)) problems.addHarmless('columns', 'unknown', `产品没有字段 ${name} (the product has no such field)`);
  }
  return new Set(columns);
}

function readMasks(policy: Policy, product: ProductShape, problems: Problems): ReadonlyMap<string, PlanMask> {
  const masks = new Map<string, PlanMask>();
  const given = policy.masks ?? [];
  if (given.length > 0 && product.kind !== 'query') problems.add('masks', product.kind, noFields[product.kind]);
  for (const mask of given) {
    const field = product.fields.find(({ name }) => name === mask.field);
    if (field === undefined) {
      // the field may live on under another name: its column would be shown in clear
      problems.add('masks', 'unknown', `产品没有字段 ${mask.field}，或已改名；请改正或删除该脱敏 (the product has no such field, or calls it otherwise now: correct the mask or drop it)`);
      continue;
    }
    if (mask.column !== undefined && mask.column !== field.column) {
      problems.add('masks', 'moved', `字段 ${mask.field} 原为列 ${mask.column}，现为列 ${field.column}；请重新核对脱敏并去掉其中的 column (the field shows another column now: look at the mask again and leave its column out)`);
    }
    if (masks.has(mask.field)) problems.add('masks', 'duplicate', `字段 ${mask.field} 有两个脱敏规则 (two masks for one field)`);
    const reason = misfit(mask, field, columnType(product, field.column) ?? 'other');
    if (reason !== null) problems.add('masks', 'misfit', `字段 ${mask.field}：${reason}`);
    masks.set(mask.field, planMask(mask));
  }
  return masks;
}

function readPeriod(time: Policy['time'], product: ProductShape, problems: Problems): Period | null {
  if (time === undefined) return null;
  const type = columnType(product, time.column);
  if (type === undefined) {
    problems.add('time', 'column', `资源没有列 ${time.column} (the resource has no such column)`);
    return null;
  }
  if (isInput(product, time.column)) {
    problems.add('time', 'input', inputRefused(time.column));
    return null;
  }
  if (!isTemporal(type)) {
    problems.add('time', 'column-type', `列 ${time.column} 是 ${type}，须为日期或时间列 (not a column of dates or times)`);
    return null;
  }
  if (time.from === undefined && time.to === undefined) problems.add('time', 'empty', '起止时间都没有 (neither from nor to)');
  const [from, to] = [time.from, time.to].map((text) => {
    const operand = text === undefined ? null : parseOperand(type, text);
    if (text !== undefined && operand === null) problems.add('time', 'literal', `${text} 应为：${acceptedForms[type]}`);
    return operand;
  });
  return period(time.column, from ?? null, to ?? null, problems);
}

function period(column: string, from: Operand | null, to: Operand | null, problems: Problems): Period {
  if (isContradictory(from, to)) problems.add('time', 'contradictory', '起始在截止之后 (it ends before it begins)');
  const conditions: Condition[] = [];
  if (from !== null) conditions.push(comparison('ge', column, from));
  if (to !== null) conditions.push(comparison('le', column, to));
  return { column, from, to, conditions };
}

/** Whether nothing lies between two inclusive ends; a day as the end includes that day. */
export function isContradictory(from: Operand | null, to: Operand | null): boolean {
  if (from === null || to === null) return false;
  const order = compareInstants(from.literal.text, (to.until ?? to.literal).text);
  return order > 0 || (order === 0 && to.until !== null);
}

function readNetworks(addresses: Policy['addresses'], problems: Problems): readonly Network[] | null {
  if (addresses === undefined) return null;
  const networks: Network[] = [];
  for (const text of addresses) {
    const network = parseNetwork(text);
    if (typeof network === 'string') problems.add('addresses', 'network', `${text} ${network}`);
    else networks.push(network);
  }
  return networks;
}

function readQuotas(quotas: Policy['quotas'], problems: Problems): readonly Quota[] {
  const seen = new Set<string>();
  for (const { per, unit } of quotas ?? []) {
    const name = `${unit}/${per}`;
    if (seen.has(name)) problems.add('quotas', 'duplicate', `${name} 有两个限额 (two quotas for one unit and period)`);
    seen.add(name);
  }
  return quotas ?? [];
}
