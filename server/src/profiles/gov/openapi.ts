import type { AuthenticationMethod } from '../../modules/identity/index.ts';
import type { FieldType } from '../../modules/policy/index.ts';
import type { Field, Parameter, Product } from '../../modules/products/index.ts';
import { mediaTypes } from './from-domain.ts';

interface Schema {
  readonly [key: string]: unknown;
}

/** How each printed type stands in JSON (spec/wire-values.yaml). */
const typeSchemas: Readonly<Record<FieldType, Schema>> = {
  varchar: { type: 'string' },
  int: { type: 'integer', format: 'int32' },
  bigint: { type: 'integer', format: 'int64' },
  numeric: { type: 'number' },
  double: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time' },
  timestamp: { type: 'string', format: 'date-time' },
  binary: { type: 'string', contentEncoding: 'base64' },
  json: {},
};

/** The product's OpenAPI 3.1 document: what GOV-result and SEA-8.2d ask to be described. */
export function openApiOf(product: Product, baseUrl: string): Schema {
  const { definition, code } = product;
  const responses = definition.kind === 'relay' ? relayResponses : responsesOf(definition.kind === 'verify' ? [verdict] : definition.fields);
  const operation = (method: string): Schema => ({
    operationId: `${method}_${code}`,
    summary: definition.name,
    description: definition.description,
    parameters: [...definition.parameters.map(parameterOf), ...(definition.kind === 'query' ? pageParameters(definition.maxPageSize) : [])],
    responses,
  });
  return {
    openapi: '3.1.0',
    info: {
      title: definition.name,
      version: String(product.liveVersion ?? 0),
      description: [definition.description, definition.attribution].filter((text) => text !== '').join('\n\n'),
      contact: { name: definition.provider.name },
    },
    ...(definition.kind === 'relay' ? {} : { externalDocs: { description: 'Web Service (SOAP 1.1, SOAP 1.2): WSDL', url: `${baseUrl}/gov/v1/${code}?wsdl` } }),
    servers: [{ url: baseUrl }],
    security: definition.authentication.flatMap((method) => methods[method].map((way) => Object.fromEntries(way.map(([name]) => [name, []])))),
    paths: { [`/gov/v1/${code}`]: { get: operation('get') } },
    components: {
      securitySchemes: Object.fromEntries(definition.authentication.flatMap((method) => methods[method].flat())),
      schemas: { Error: errorSchema },
    },
  };
}

/** Schemes that are needed together, by name. */
type Way = readonly (readonly [name: string, scheme: Schema])[];

const inHeader = (name: string, description: string): readonly [string, Schema] => [name, { type: 'apiKey', in: 'header', name, description }];

/** The ways of each method of authentication; of a method that needs nothing, a call without any is one. */
const methods: Readonly<Record<AuthenticationMethod, readonly Way[]>> = {
  appkey: [[inHeader('appkey', '授权码')], [['bearer', { type: 'http', scheme: 'bearer' }]], [['query', { type: 'apiKey', in: 'query', name: 'appkey' }]]],
  signature: [
    [
      inHeader('x-lq-key-id', '签名凭证的 keyId'),
      inHeader('x-lq-time', '1970 年以来的毫秒数，与节点时间相差不超过 10 分钟'),
      inHeader('x-lq-nonce', '每次调用不同，16 至 64 位字母、数字或 . _ ~ -'),
      inHeader('x-lq-signature', '规范文本的 HMAC-SHA256（或按 x-lq-alg 为 HMAC-SM3）的 Base64'),
    ],
  ],
  gateway: [
    [
      inHeader('gjgxjhpt_rid', '请求者标识'),
      inHeader('gjgxjhpt_sid', '本服务接口编码'),
      inHeader('gjgxjhpt_rtime', '1970 年以来的毫秒数'),
      inHeader('gjgxjhpt_sign', 'Base64(HMAC-SHA256(当日密钥, sid+rid+rtime))'),
    ],
  ],
  none: [[]],
};

export const verdict: Pick<Field, 'name' | 'type' | 'title' | 'description' | 'required'> = { name: 'result', type: 'boolean', title: '核验结果', description: 'true 一致，false 不一致', required: true };

const errorSchema: Schema = {
  type: 'object',
  required: ['success', 'msg', 'code', 'errorId'],
  properties: { success: { const: false }, msg: { type: 'string' }, code: { type: 'string' }, errorId: { type: 'string' }, data: { type: 'array' }, details: { type: 'object' } },
};

function responsesOf(fields: readonly Pick<Field, 'name' | 'type' | 'title' | 'description' | 'required'>[]): Schema {
  const row: Schema = { type: 'object', properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])) };
  const envelope: Schema = {
    type: 'object',
    required: ['success', 'msg', 'data'],
    properties: { success: { const: true }, msg: { type: 'string' }, data: { type: 'array', items: row }, total: { type: 'integer', description: '符合条件的总行数，needTotal=true 或不分页时给出' } },
  };
  const content = Object.fromEntries(mediaTypes.map((type) => [type, { schema: type === 'text/csv' ? { type: 'string' } : envelope }]));
  return { '200': { description: '成功', content }, ...errorResponses };
}

const error = { description: '错误：msg 说明原因与改正办法，errorId 供管理员查找', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } };
const errorResponses = { '4XX': error, '5XX': error };

/** What is relayed is whatever its source answers. */
const relayResponses: Schema = { '200': { description: '上游服务的应答，原样转发', content: { '*/*': { schema: {} } } }, ...errorResponses };

/** A field that may be NULL, or is hidden or masked under a grant, may come as null or text: only the printed type is promised. */
function fieldSchema(field: Pick<Field, 'type' | 'title' | 'description' | 'required'>): Schema {
  const base = typeSchemas[field.type];
  const type = field.required || base['type'] === undefined ? {} : { type: [base['type'], 'null'] };
  return { ...base, ...type, title: field.title, description: field.description };
}

export const operatorNotes: Readonly<Record<Parameter['operator'], string>> = {
  eq: '等于',
  like: '包含',
  in: '其中之一，以逗号分隔',
  'range-start': '不早于、不小于',
  'range-end': '不晚于、不大于；以日给出时含当日',
};

const parameterOf = (parameter: Parameter): Schema => ({
  name: parameter.name,
  in: 'query',
  required: parameter.required,
  description: [parameter.title, parameter.description, operatorNotes[parameter.operator]].filter((text) => text !== '').join('；'),
  schema: { type: 'string' },
  ...(parameter.example === '' ? {} : { example: parameter.example }),
});

const pageParameters = (maxPageSize: number): Schema[] => [
  { name: 'pageNum', in: 'query', required: false, description: '页码，从 1 开始', schema: { type: 'integer', minimum: 1 } },
  { name: 'pageSize', in: 'query', required: false, description: '每页行数；不分页则返回全部，超过上限为错误', schema: { type: 'integer', minimum: 1, maximum: maxPageSize } },
  { name: 'needTotal', in: 'query', required: false, description: '是否统计总行数', schema: { type: 'boolean' } },
];
