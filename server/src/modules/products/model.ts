import Type, { type Static } from 'typebox';
import { authenticationMethods } from '../identity/index.ts';
import { fieldTypes, operators, Policy, productKinds } from '../policy/index.ts';
import { AgrSettings } from './agr.ts';

/** A name on the wire: what JSON, XML and CSV can all carry. */
export const WireName = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,62}$', description: '字母或下划线开头，其后为字母、数字、_ . -，至多 63 个字符 (a letter or _, then letters, digits and _ . -, at most 63 characters)' });
const Column = Type.String({ minLength: 1, maxLength: 128 });
const Text = (maxLength: number) => Type.String({ maxLength, default: '' });

/** GOV-code and the path of every face: see rules.ts, which explains a violation. */
export const ProductCode = Type.String({ minLength: 1, maxLength: 64 });

/** Classes of service interfaces (decision 30). */
export const serviceClasses = ['query', 'verify', 'transfer', 'download', 'other'] as const;

export const Field = Type.Object(
  {
    name: WireName,
    column: Column,
    type: Type.Enum(fieldTypes),
    title: Text(100),
    description: Text(500),
    /** SEA's 必须: the field is never NULL. */
    required: Type.Boolean({ default: false }),
    /** A sensitive field's parameter values are redacted in the journal. */
    sensitive: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
);
export type Field = Static<typeof Field>;

export const Parameter = Type.Object(
  {
    name: WireName,
    column: Column,
    operator: Type.Enum(operators),
    required: Type.Boolean({ default: false }),
    title: Text(100),
    description: Text(500),
    example: Text(200),
  },
  { additionalProperties: false },
);
export type Parameter = Static<typeof Parameter>;

export const ProductDefinition = Type.Object(
  {
    /** Unit that provides the data, and its code: unified social credit code or another of 2 to 18 letters and digits. */
    provider: Type.Object({ name: Type.String({ minLength: 2, maxLength: 100 }), code: Type.String({ pattern: '^[0-9A-Za-z]{2,18}$', description: '2 至 18 个字母或数字，如统一社会信用代码 (2 to 18 letters and digits, such as the unified social credit code)' }) }, { additionalProperties: false }),
    /** Provider + resource + class (GOV-name); see rules.ts. */
    name: Type.String({ minLength: 1, maxLength: 200 }),
    serviceClass: Type.Enum(serviceClasses),
    resource: Type.String({ minLength: 1, maxLength: 100 }),
    description: Text(2000),
    attribution: Text(1000),
    kind: Type.Enum(productKinds, { default: 'query' }),
    fields: Type.Array(Field, { maxItems: 500, default: [] }),
    parameters: Type.Array(Parameter, { maxItems: 50, default: [] }),
    order: Type.Array(Type.Object({ column: Column, direction: Type.Union([Type.Literal('asc'), Type.Literal('desc')], { default: 'asc' }) }, { additionalProperties: false }), { maxItems: 5, default: [] }),
    /** Most rows of an answer without paging. */
    cap: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 10_000 }),
    maxPageSize: Type.Integer({ minimum: 1, maximum: 10_000, default: 1000 }),
    maxOffset: Type.Integer({ minimum: 0, maximum: 10_000_000, default: 100_000 }),
    policy: Type.Unsafe<Policy>({ ...Policy, $id: 'Policy', default: {} }),
    /** Names of the listeners that serve it. */
    listeners: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 10, default: ['data'] }),
    /** Who may see that it exists: everyone, or those who hold a grant. */
    visibility: Type.Union([Type.Literal('public'), Type.Literal('granted')], { default: 'public' }),
    agr: Type.Optional(AgrSettings),
    /** How a call may show who makes it; `none`: it need not, and needs a grant of the built-in public subject (GOV-auth, decision 28). */
    authentication: Type.Array(Type.Enum(authenticationMethods), { minItems: 1, uniqueItems: true, default: ['appkey'] }),
  },
  { $id: 'ProductDefinition', additionalProperties: false },
);
export type ProductDefinition = Static<typeof ProductDefinition>;

export type ProductState = 'draft' | 'published' | 'withdrawn';

/** A product with one of its versions: the draft that is being worked on, or the live one. */
export interface Product {
  readonly id: string;
  readonly code: string;
  readonly state: ProductState;
  readonly providerId: string | null;
  readonly liveVersion: number | null;
  /** The newest version's number; greater than the live one while a change is being prepared. */
  readonly draftVersion: number;
  /** When the newest version went live; it is not changed after that, but followed by another. */
  readonly draftPublishedAt: Date | null;
  readonly definition: ProductDefinition;
  readonly resourceId: string;
  /** For ETag and If-Match. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
