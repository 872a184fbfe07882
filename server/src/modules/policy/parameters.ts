import { DomainError } from '../../kernel/errors.ts';
import { comparison, membership } from './conditions.ts';
import type { Access } from './join.ts';
import { columnType, isInput } from './columns.ts';
import { acceptedForms, isSoundText, parseOperand, type Operand } from './literals.ts';
import type { ColumnType, Condition, Operator, ProductShape } from './model.ts';

const maxLength = 1000;
const maxValues = 200;
/** So much of a caller's own words do we repeat to them. */
const maxEcho = 64;

/** A parameter of a product as one grant sees it. */
export interface Parameter {
  readonly index: number;
  readonly name: string;
  readonly column: string;
  readonly type: ColumnType;
  readonly operator: Operator;
  readonly required: boolean;
  readonly access: Access;
  /** The source is given it: one value, as it stands. */
  readonly input: boolean;
}

/** The product's parameters in their order, and by their names in lower case (decision 1). */
export interface Parameters {
  readonly list: readonly Parameter[];
  readonly byName: ReadonlyMap<string, Parameter>;
}

export function compileParameters(product: ProductShape, access: (column: string) => Access): Parameters {
  const list = product.parameters.map(({ name, column, operator, required }, index): Parameter => ({
    index, name, column, operator, required, type: columnType(product, column) ?? 'other', access: access(column), input: isInput(product, column),
  }));
  return { list, byName: new Map(list.map((parameter) => [parameter.name.toLowerCase(), parameter])) };
}

/**
 * Sorts the raw values of a request to the parameters, by their index; an empty value is one that was not given.
 * An error for a name that is unknown or given twice, or a required one that is missing.
 */
export function matchValues(parameters: Parameters, given: Readonly<Record<string, string>>): (string | undefined)[] | DomainError {
  const values: (string | undefined)[] = parameters.list.map(() => undefined);
  for (const name of Object.keys(given)) {
    const parameter = parameters.byName.get(name) ?? parameters.byName.get(name.toLowerCase());
    if (parameter === undefined) return unknownParameter(name, parameters);
    if (values[parameter.index] !== undefined) {
      return invalid('duplicate', parameter, `参数 ${parameter.name} 重复给出 (given more than once)`);
    }
    values[parameter.index] = given[name] ?? '';
  }
  for (const parameter of parameters.list) {
    if (values[parameter.index] === '') values[parameter.index] = undefined;
    if (parameter.required && values[parameter.index] === undefined) return missingParameter(parameter);
  }
  return values;
}

/** Reads one raw value, never empty, into its condition. */
export function readValue(parameter: Parameter, raw: string): Condition | DomainError {
  if (isTooLong(raw)) {
    return new DomainError('parameter-too-long', 'policy.parameter.too-long', `参数 ${parameter.name} 超过 ${maxLength} 个字符 (longer than ${maxLength} characters)`, {
      details: { parameter: parameter.name, maxLength },
    });
  }
  if (!isSoundText(raw)) return invalid('unsound', parameter, `参数 ${parameter.name} 含空字符或残缺字符 (holds a NUL or a lone surrogate)`);
  if (parameter.operator === 'in') return readList(parameter, raw);
  if (parameter.operator === 'like') return { op: 'contains', column: parameter.column, text: raw };
  const operand = parseOperand(parameter.type, raw);
  return operand === null ? misread(parameter) : conditionOf(parameter, operand);
}

function readList(parameter: Parameter, raw: string): Condition | DomainError {
  const texts = raw.split(',');
  if (texts.length > maxValues) return invalid('too-many', parameter, `参数 ${parameter.name} 最多 ${maxValues} 个值 (at most ${maxValues} values)`);
  const operands: Operand[] = [];
  for (const text of texts) {
    const operand = text === '' ? null : parseOperand(parameter.type, text);
    if (operand === null) return misread(parameter);
    operands.push(operand);
  }
  return membership(parameter.column, operands);
}

function conditionOf({ operator, column, input }: Parameter, operand: Operand): Condition {
  if (input) return { op: 'eq', column, value: operand.literal };
  if (operator === 'range-start') return comparison('ge', column, operand);
  return comparison(operator === 'range-end' ? 'le' : 'eq', column, operand);
}

function isTooLong(raw: string): boolean {
  return raw.length > maxLength && (raw.length > 2 * maxLength || [...raw].length > maxLength);
}

function misread(parameter: Parameter): DomainError {
  const list = parameter.operator === 'in' ? `；多个值以英文逗号分隔，最多 ${maxValues} 个 (values separated by commas)` : '';
  return invalid('form', parameter, `参数 ${parameter.name} 的值应为：${acceptedForms[parameter.type]}${list}`);
}

function invalid(code: string, parameter: Parameter, message: string): DomainError {
  return new DomainError('invalid-parameter', `policy.parameter.${code}`, message, { details: { parameter: parameter.name } });
}

function missingParameter({ name }: Parameter): DomainError {
  return new DomainError('missing-parameter', 'policy.parameter.missing', `缺少必填参数 ${name} (the required parameter is missing)`, {
    details: { parameter: name },
  });
}

function unknownParameter(name: string, { list }: Parameters): DomainError {
  const echo = name.slice(0, maxEcho).toWellFormed();
  const known = list.map((parameter) => parameter.name);
  return new DomainError('unknown-parameter', 'policy.parameter.unknown', `未知参数 ${echo}；可用参数 (unknown; there are)：${known.join('、') || '无 (none)'}`, {
    details: { parameter: echo, known },
  });
}
