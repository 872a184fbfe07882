import Type, { type Static } from 'typebox';
import { Answer, inputProperties, OperationName } from './operation-settings.ts';
import { upstreamProperties } from './upstream-settings.ts';

const Parameter = Type.Object({ ...inputProperties, in: Type.Enum(['path', 'query', 'header', 'body']) }, { additionalProperties: false });
export type Parameter = Static<typeof Parameter>;

const Texts = Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Type.String({ maxLength: 1000 }), { default: {} });

export const Operation = Type.Object(
  {
    name: OperationName,
    title: Type.String({ maxLength: 200, default: '' }),
    method: Type.Enum(['GET', 'POST', 'PUT'], { default: 'GET' }),
    /** After `baseUrl`; `{name}` stands for the parameter of that name in the path. */
    path: Type.String({ pattern: '^(/[^?#\\s]*)?$', maxLength: 500, default: '' }),
    parameters: Type.Array(Parameter, { maxItems: 100, default: [] }),
    /** What stands in every request. */
    query: Texts,
    headers: Texts,
    /** How parameters in the body are written, and what stands beside them. */
    body: Type.Optional(Type.Object({ format: Type.Enum(['json', 'form'], { default: 'json' }), fixed: Type.Record(Type.String({ maxLength: 128 }), Type.Unknown(), { default: {} }) }, { additionalProperties: false })),
    answer: Type.Optional(Answer),
  },
  { additionalProperties: false },
);
export type Operation = Static<typeof Operation>;

export const HttpSettings = Type.Object({ ...upstreamProperties, operations: Type.Array(Operation, { maxItems: 500, default: [] }) }, { additionalProperties: false });
export type HttpSettings = Static<typeof HttpSettings>;
