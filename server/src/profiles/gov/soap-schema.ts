import { escapeXml, xmlElement } from '../../codecs/xml.ts';
import type { FieldType } from '../../modules/policy/index.ts';
import type { Field, Parameter, ProductDefinition } from '../../modules/products/index.ts';
import { gatewayFields } from '../../http/proof.ts';
import { operatorNotes, verdict } from './openapi.ts';
import { errorElement, gatewayElement, keyElement, namespaceOf, operation, response } from './soap-names.ts';
import { ownParameters } from './to-domain.ts';

/** The types of XML Schema by which each printed type is described (spec/wire-values.yaml). */
const schemaTypes: Readonly<Record<FieldType, string>> = {
  varchar: 'xs:string',
  int: 'xs:int',
  bigint: 'xs:long',
  numeric: 'xs:decimal',
  double: 'xs:double',
  boolean: 'xs:boolean',
  date: 'xs:date',
  time: 'xs:time',
  timestamp: 'xs:dateTime',
  binary: 'xs:base64Binary',
  json: 'xs:string',
};

const schemaNamespace = 'http://www.w3.org/2001/XMLSchema';

/** The schema of a product's messages: what is asked, what is answered, what a fault's detail says. */
export function schemaOf(code: string, definition: ProductDefinition): string {
  const fields = definition.kind === 'verify' ? [verdict] : definition.fields;
  const paging = definition.kind === 'verify' ? [] : pageElements(definition.maxPageSize);
  const key = takesKey(definition) ? [optional('appkey', 'xs:string', '授权码；也可放在 SOAP 头块或 HTTP 头 appkey 中')] : [];
  const row = element('row', { minOccurs: '0', maxOccurs: 'unbounded' }, sequence(fields.map(fieldElement)));
  return xmlElement(
    'xs:schema',
    { 'xmlns:xs': schemaNamespace, 'targetNamespace': namespaceOf(code), 'elementFormDefault': 'qualified' },
    element(operation, {}, sequence([...parametersOf(definition).map((parameter) => parameterElement(parameter, definition.fields)), ...paging, ...key])),
    element(response, {}, sequence([
      element('success', { type: 'xs:boolean' }),
      element('msg', { type: 'xs:string' }),
      element('data', {}, sequence([row])),
      optional('total', 'xs:long', '符合条件的总行数，needTotal=true 或不分页时给出'),
    ])),
    element(keyElement, { type: 'xs:string' }, documentation('授权码')),
    element(errorElement, {}, sequence([
      element('code', { type: 'xs:string' }),
      element('errorId', { type: 'xs:string' }, documentation('错误编号，供管理员查找')),
      optional('retryAfterSeconds', 'xs:int', '多少秒后可以重试'),
    ])),
  );
}

/** The gateway's block stands in no namespace, and so in a schema of its own. */
export const gatewaySchema = (): string =>
  xmlElement('xs:schema', { 'xmlns:xs': schemaNamespace }, element(gatewayElement, {}, documentation('国家平台网关：请求者、服务编码、毫秒时间、签名'), sequence(gatewayFields.map((name) => element(name, { type: 'xs:string' })))));

/** Whether an appkey is among what the product's callers may prove themselves by. */
export const takesKey = ({ authentication }: ProductDefinition): boolean => authentication.includes('appkey');

const element = (name: string, attributes: Readonly<Record<string, string>>, ...content: readonly string[]): string => xmlElement('xs:element', { name, ...attributes }, ...content.filter((each) => each !== ''));
const sequence = (items: readonly string[]): string => xmlElement('xs:complexType', {}, xmlElement('xs:sequence', {}, ...items));
const documentation = (...texts: readonly string[]): string => {
  const text = texts.filter((each) => each !== '').join('；');
  return text === '' ? '' : xmlElement('xs:annotation', {}, xmlElement('xs:documentation', { 'xml:lang': 'zh' }, escapeXml(text)));
};
const optional = (name: string, type: string, text: string): string => element(name, { type, minOccurs: '0' }, documentation(text));

/** A field may be hidden under a grant (absent), and masked as NULL even where the source has none. */
const fieldElement = ({ name, type, title, description }: Pick<Field, 'name' | 'type' | 'title' | 'description'>): string =>
  element(name, { type: schemaTypes[type], minOccurs: '0', nillable: 'true' }, documentation(title, description));

const pageElements = (maxPageSize: number): string[] => [
  optional('pageNum', 'xs:int', '页码，从 1 开始'),
  optional('pageSize', 'xs:int', `每页行数，至多 ${maxPageSize}；不分页则返回全部，超过上限为错误`),
  optional('needTotal', 'xs:boolean', '是否统计总行数'),
];

/** A parameter that has the name of one of the face's own is hidden behind it here as it is on the wire. */
const parametersOf = ({ parameters }: ProductDefinition): Parameter[] =>
  parameters.filter(({ name }) => !ownParameters.some((own) => own.toLowerCase() === name.toLowerCase()));

const parameterElement = (parameter: Parameter, fields: readonly Field[]): string =>
  element(
    parameter.name,
    { type: parameterType(parameter, fields), minOccurs: parameter.required ? '1' : '0' },
    documentation(parameter.title, parameter.description, operatorNotes[parameter.operator], parameter.example === '' ? '' : `例：${parameter.example}`),
  );

/**
 * Typed as the field of its column is printed, where every value of that type can be read: parts of texts and lists are
 * texts, times may be given as a day, and numbers have no exponent.
 */
function parameterType({ column, operator }: Parameter, fields: readonly Field[]): string {
  const type = fields.find((field) => field.column === column)?.type;
  if (type === undefined || type === 'timestamp' || operator === 'like' || operator === 'in') return 'xs:string';
  return type === 'double' ? 'xs:decimal' : schemaTypes[type];
}
