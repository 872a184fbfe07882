import { DomainError } from '../../kernel/errors.ts';
import { isComparable, isOrdered } from './conditions.ts';
import { isInput } from './columns.ts';
import type { ColumnType, FieldShape, FieldType, Operator, ParameterShape, ProductShape } from './model.ts';

/** What each column type can be printed as without loss; a double of a decimal is the publisher's own choice. */
const printable: Readonly<Record<ColumnType, readonly FieldType[]>> = {
  text: ['varchar'],
  integer: ['int', 'bigint', 'numeric', 'double', 'varchar'],
  bigint: ['bigint', 'numeric', 'varchar'],
  decimal: ['numeric', 'double', 'varchar'],
  float: ['double', 'numeric', 'varchar'],
  boolean: ['boolean', 'varchar'],
  date: ['date', 'varchar'],
  time: ['time', 'varchar'],
  timestamp: ['timestamp', 'varchar'],
  timestamptz: ['timestamp', 'varchar'],
  binary: ['binary', 'varchar'],
  json: ['json', 'varchar'],
  uuid: ['varchar'],
  geometry: ['json', 'varchar'], // GeoJSON (RFC 7946), WKT
  other: ['varchar'],
};

const bounds = {
  cap: { code: 'cap', least: 1, most: 100_000_000, name: '整体返回上限 (cap)' },
  maxPageSize: { code: 'max-page-size', least: 1, most: 100_000, name: '每页上限 (maxPageSize)' },
  maxOffset: { code: 'max-offset', least: 0, most: 1_000_000_000, name: '分页深度上限 (maxOffset)' },
} as const;

const maxName = 128;

/** The types as which a column can be printed, the most natural one first. */
export function fieldTypesOf(type: ColumnType): readonly FieldType[] {
  return printable[type];
}

/**
 * Checks the definition of a product, its policy template aside (`checkPolicy`).
 * @throws DomainError `invalid-definition`, code `shape.…`, at the first rule that is broken
 */
export function checkShape(product: ProductShape): void {
  checkFields(product);
  checkParameters(product);
  checkOrder(product);
  checkKey(product);
  for (const name of ['cap', 'maxPageSize', 'maxOffset'] as const) {
    const { code, least, most, name: title } = bounds[name];
    const value = product[name];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      fail(code, `${title} 应为 ${least} 至 ${most} 的整数 (an integer of ${least} to ${most})`);
    }
  }
}

function checkFields(product: ProductShape): void {
  if (product.kind === 'query' && product.fields.length === 0) fail('fields.none', '查询产品至少要有一个字段 (a query product shows at least one field)');
  if (product.kind === 'relay' && product.fields.length > 0) fail('fields.relay', '转发产品原样交付，没有字段 (a relay product hands over what its source answers: it has no fields)');
  const names = new Set<string>();
  for (const field of product.fields) {
    if (!isName(field.name)) fail('field.name', `字段名“${field.name}”须为 1 至 ${maxName} 个字符，首尾无空白，无控制字符 (a field's name is 1 to ${maxName} characters without control characters or blanks at its ends)`);
    if (names.has(field.name)) fail('field.duplicate', `字段名 ${field.name} 重复 (the field's name is used twice)`);
    names.add(field.name);
    checkFieldType(field, typeOf(product, field.column, 'field.column', `字段 ${field.name}`));
    if (isInput(product, field.column)) fail('field.input', `字段 ${field.name}：${field.column} 是数据源的输入，不会返回，不可作字段 (an input of the source is never returned: it is no field)`);
  }
}

function checkFieldType(field: FieldShape, type: ColumnType): void {
  if (printable[type].includes(field.type)) return;
  fail('field.type', `字段 ${field.name}：${type} 列可输出为 ${printable[type].join('、')}，不可为 ${field.type} (a column of ${type} prints as ${printable[type].join(', ')})`);
}

function checkParameters(product: ProductShape): void {
  if (product.kind === 'verify' && product.parameters.length === 0) fail('parameters.none', '核验产品至少要有一个参数 (a verify product takes at least one parameter)');
  const names = new Set<string>();
  for (const parameter of product.parameters) {
    const { name, operator } = parameter;
    if (!isName(name) || name.includes('=')) fail('parameter.name', `参数名“${name}”须为 1 至 ${maxName} 个字符，首尾无空白，无控制字符和等号 (a parameter's name is 1 to ${maxName} characters without control characters, equals signs or blanks at its ends)`);
    // names are read in any case (decision 1)
    if (names.has(name.toLowerCase())) fail('parameter.duplicate', `参数名 ${name} 重复，大小写不作区分 (the parameter's name is used twice; case does not count)`);
    names.add(name.toLowerCase());
    const type = typeOf(product, parameter.column, 'parameter.column', `参数 ${name}`);
    if (!fits(operator, type)) fail('parameter.operator', `参数 ${name}：运算符 ${operator} 不适用于 ${type} 列 (the operator does not fit a column of ${type})`);
    checkParameterUse(product, parameter);
  }
}

function checkParameterUse(product: ProductShape, { name, column, operator, required }: ParameterShape): void {
  if (isInput(product, column)) {
    if (operator !== 'eq') fail('parameter.input', `参数 ${name}：数据源的输入 ${column} 只能用 eq 给出 (an input of the source is given by eq)`);
  } else if (product.kind === 'relay') {
    fail('parameter.relay', `参数 ${name}：转发产品只能向数据源的输入传值 (a relay product's parameters are inputs of its source)`);
  } else if (product.kind === 'verify') {
    if (operator !== 'eq' || !required) fail('parameter.verify', `参数 ${name}：核验产品的参数都须为必填的 eq (a verify product takes required parameters with eq only)`);
  } else if (!product.fields.some((field) => field.column === column)) {
    fail('parameter.hidden', `参数 ${name}：查询条件的列 ${column} 须是产品的字段，否则会泄露它 (its column must be a field of the product, or it would be revealed)`);
  }
}

function fits(operator: Operator, type: ColumnType): boolean {
  switch (operator) {
    case 'eq':
    case 'in':
      return isComparable(type);
    case 'like':
      return type === 'text';
    case 'range-start':
    case 'range-end':
      return isOrdered(type);
  }
}

function checkOrder(product: ProductShape): void {
  const columns = new Set<string>();
  for (const { column } of product.order) {
    const type = typeOf(product, column, 'order.column', '排序 (order)');
    if (isInput(product, column)) fail('order.input', `排序不可用数据源的输入 ${column} (an input of the source has no order)`);
    if (type === 'json' || type === 'geometry' || type === 'other') fail('order.type', `列 ${column} 的类型 ${type} 不可排序 (its type has no order)`);
    if (columns.has(column)) fail('order.duplicate', `排序中列 ${column} 重复 (the column is used twice)`);
    columns.add(column);
  }
}

function checkKey(product: ProductShape): void {
  if (product.kind === 'relay') return; // it has no rows
  if (product.key.length === 0) fail('key.none', '缺少唯一键：请指明唯一确定一行的列，分页靠它定序 (name the columns that are unique together: paging orders by them)');
  const columns = new Set<string>();
  for (const column of product.key) {
    const type = typeOf(product, column, 'key.column', '唯一键 (key)');
    if (isInput(product, column)) fail('key.input', `唯一键不可用数据源的输入 ${column} (an input of the source is in no key)`);
    if (type === 'json' || type === 'geometry') fail('key.type', `${type} 列 ${column} 不可作唯一键 (a column of ${type} cannot be in the key)`);
    if (columns.has(column)) fail('key.duplicate', `唯一键中列 ${column} 重复 (the column is used twice)`);
    columns.add(column);
  }
}

function typeOf(product: ProductShape, column: string, code: string, subject: string): ColumnType {
  const type = Object.hasOwn(product.columns, column) ? product.columns[column] : undefined;
  return type ?? fail(code, `${subject}：资源没有列 ${column} (the resource has no such column)`);
}

function isName(name: string): boolean {
  return name !== '' && name === name.trim() && name.length <= maxName && name.isWellFormed() && !/\p{Cc}/u.test(name);
}

function fail(code: string, message: string): never {
  throw new DomainError('invalid-definition', `shape.${code}`, message);
}
