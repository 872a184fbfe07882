import Type, { type Static } from 'typebox';
import { soapVersions } from '../../codecs/soap.ts';
import { Answer, inputProperties, OperationName } from '../http/operation-settings.ts';
import { upstreamProperties } from '../http/upstream-settings.ts';

const Parameter = Type.Object({ ...inputProperties, times: Type.Enum(['iso', 'space', 'compact'], { default: 'iso' }) }, { additionalProperties: false });

/** The path of the repeated element begins with the answer's own: `/queryResponse/return/item`. */
const SoapAnswer = Type.Object({ ...Type.Omit(Answer, ['format']).properties }, { additionalProperties: false });

export const SoapOperation = Type.Object(
  {
    name: OperationName,
    title: Type.String({ maxLength: 200, default: '' }),
    soapAction: Type.String({ maxLength: 500, pattern: '^[\\x21\\x23-\\x7e]*$', default: '' }),
    /** The element of the request's body and its namespace. */
    element: Type.String({ pattern: '^[\\p{L}_][\\p{L}\\p{N}_.-]{0,127}$' }),
    namespace: Type.String({ maxLength: 500, default: '' }),
    /** Whether its children stand in that namespace too (`elementFormDefault`). */
    qualified: Type.Boolean({ default: true }),
    /** Children of the element, in this order. */
    parameters: Type.Array(Parameter, { maxItems: 100, default: [] }),
    answer: Type.Optional(SoapAnswer),
  },
  { additionalProperties: false },
);
export type SoapOperation = Static<typeof SoapOperation>;

export const SoapSettings = Type.Object(
  {
    ...upstreamProperties,
    /** The endpoint; many have a query, such as `/ws?service=tides`. */
    baseUrl: Type.String({ pattern: '^https?://[^/?#@\\s]+(/[^?#\\s]*)?(\\?[^#\\s]*)?$', maxLength: 500 }),
    version: Type.Enum(soapVersions, { default: '1.1' }),
    operations: Type.Array(SoapOperation, { maxItems: 500, default: [] }),
  },
  { additionalProperties: false },
);
export type SoapSettings = Static<typeof SoapSettings>;
