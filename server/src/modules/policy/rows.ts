import { comparison, isComparable, isOrdered, membership } from './conditions.ts';
import { acceptedForms, isSoundText, parseOperand, type Operand } from './literals.ts';
import { isInput } from './columns.ts';
import type { ColumnType, Comparison, Condition, ProductShape, RowRule, ScalarValue } from './model.ts';
import type { Problems } from './problems.ts';

export const maxRuleDepth = 8;
export const maxRuleSize = 1000;

const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const satisfies readonly Comparison[];

/**
 * Why a rule is out of bounds, or null. It reads what is not yet validated, and without recursion: a validator that
 * follows a rule of a hundred thousand `not`s exhausts the stack.
 */
export function ruleExcess(rule: unknown): string | null {
  let size = 0;
  let level: readonly unknown[] = [rule];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxRuleDepth) return `嵌套超过 ${maxRuleDepth} 层 (nested deeper than ${maxRuleDepth})`;
    size += level.length;
    if (size > maxRuleSize) return `条件超过 ${maxRuleSize} 项 (more than ${maxRuleSize} conditions)`;
    level = level.flatMap(childrenOf);
  }
  return null;
}

function childrenOf(rule: unknown): readonly unknown[] {
  if (typeof rule !== 'object' || rule === null) return [];
  return Object.entries(rule).flatMap(([name, value]) => {
    if (name === 'not') return [value];
    return (name === 'all' || name === 'any') && Array.isArray(value) ? value : [];
  });
}

/**
 * A rule as a condition over the product's columns. Null, and a problem noted, where a part cannot be enforced.
 * @param certain whether the rule holds of every row: under `any` and `not` no input of the source can be fixed
 */
export function compileRule(rule: RowRule, product: ProductShape, problems: Problems, certain = true): Condition | null {
  if ('all' in rule) return compileGroup('all', rule.all, product, problems, certain);
  if ('any' in rule) return compileGroup('any', rule.any, product, problems, false);
  if ('not' in rule) {
    const inner = compileRule(rule.not, product, problems, false);
    return inner === null ? null : { op: 'not', of: inner };
  }
  const type = Object.hasOwn(product.columns, rule.column) ? product.columns[rule.column] : undefined;
  if (type === undefined) {
    problems.add('rows', 'column', `资源没有列 ${rule.column} (the resource has no such column)`);
    return null;
  }
  if (isInput(product, rule.column)) return compileInput(rule, type, problems, certain);
  return compileLeaf(rule, type, problems);
}

/** What the source is given is one value: a day for an input of times is its beginning. */
function compileInput(rule: Leaf, type: ColumnType, problems: Problems, certain: boolean): Condition | null {
  const { column } = rule;
  if (!certain || !('eq' in rule)) return refuse(problems, 'input', `${column} 是数据源的输入，只能用 eq 固定，且不在 any、not 之下 (an input of the source can only be fixed by eq, outside any and not)`);
  const operand = operandOf(rule.eq, type);
  return operand === null ? refuse(problems, 'literal', misreading(column, type)) : { op: 'eq', column, value: operand.literal };
}

function compileGroup(op: 'all' | 'any', rules: readonly RowRule[], product: ProductShape, problems: Problems, certain: boolean): Condition | null {
  const of: Condition[] = [];
  for (const rule of rules) {
    const condition = compileRule(rule, product, problems, certain);
    if (condition !== null) of.push(condition);
  }
  return of.length === rules.length ? { op, of } : null;
}

type Leaf = Extract<RowRule, { column: string }>;

function compileLeaf(rule: Leaf, type: ColumnType, problems: Problems): Condition | null {
  const { column } = rule;
  if ('isNull' in rule) {
    if (type === 'other') return refuse(problems, 'operator', `列 ${column} 的类型不可作条件 (its type takes no condition)`);
    return rule.isNull ? { op: 'null', column } : { op: 'not', of: { op: 'null', column } };
  }
  if (!isComparable(type)) return refuse(problems, 'operator', `列 ${column} 的类型 ${type} 不可比较 (its type cannot be compared)`);
  if ('like' in rule) {
    if (type !== 'text') return refuse(problems, 'operator', `like 只用于文本列，${column} 是 ${type} (like fits text only)`);
    if (!isSoundText(rule.like)) return refuse(problems, 'literal', misreading(column, type));
    return { op: 'contains', column, text: rule.like };
  }
  if ('in' in rule) {
    const operands = rule.in.map((value) => operandOf(value, type));
    const sound = operands.filter((operand) => operand !== null);
    return sound.length === operands.length ? membership(column, sound) : refuse(problems, 'literal', misreading(column, type));
  }
  const op = comparisons.find((name) => Object.hasOwn(rule, name));
  const value = op === undefined ? undefined : (rule as Partial<Record<Comparison, ScalarValue>>)[op];
  if (op === undefined || value === undefined) return refuse(problems, 'operator', `列 ${column} 的条件没有运算符 (no operator)`);
  return compileComparison(op, column, type, value, problems);
}

function compileComparison(op: Comparison, column: string, type: ColumnType, value: ScalarValue, problems: Problems): Condition | null {
  if (op !== 'eq' && op !== 'ne' && !isOrdered(type)) {
    return refuse(problems, 'operator', `${op} 不适用于 ${type} 列 ${column} (the column has no order)`);
  }
  const operand = operandOf(value, type);
  return operand === null ? refuse(problems, 'literal', misreading(column, type)) : comparison(op, column, operand);
}

/** A literal of a rule has the type of its column: `1` is no text, `"x"` no number. */
function operandOf(value: ScalarValue, type: ColumnType): Operand | null {
  if (typeof value === 'string') return parseOperand(type, value);
  if (typeof value === 'boolean') return type === 'boolean' ? parseOperand(type, String(value)) : null;
  if (type === 'boolean' || (Number.isInteger(value) && !Number.isSafeInteger(value))) return null;
  return type === 'text' || type === 'date' || type === 'timestamp' || type === 'timestamptz' ? null : parseOperand(type, String(value));
}

function misreading(column: string, type: ColumnType): string {
  return `列 ${column} (${type}) 的值应为：${acceptedForms[type]}`;
}

function refuse(problems: Problems, code: string, reason: string): null {
  problems.add('rows', code, reason);
  return null;
}
