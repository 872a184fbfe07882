import type { FieldType } from '../modules/policy/index.ts';

/**
 * How a value stands on the wire. The set is closed: whoever reads a source turns each value into its form, and a
 * codec only frames and escapes it. Each form has one JSON token (where an answer is JSON) and one cell (the text
 * that XML, CSV and the like carry); both are spelt out with examples in `spec/wire-values.yaml`.
 *
 * | form             | JSON token                      | cell                        |
 * |------------------|---------------------------------|-----------------------------|
 * | `text`           | string                          | the text itself             |
 * | `number`         | exact number, all digits kept; `"NaN"`, `"Infinity"`, `"-Infinity"` as strings | the same digits, unquoted |
 * | `boolean`        | `true`, `false`                 | `true`, `false`             |
 * | `date`           | `"yyyy-MM-dd"`                  | `yyyy-MM-dd`                |
 * | `time`           | `"HH:mm:ss"`, fraction if not 0 | the same                    |
 * | `datetime-space` | `"yyyy-MM-dd HH:mm:ss"` in Asia/Shanghai, fraction if not 0 | the same |
 * | `datetime-iso`   | `"yyyy-MM-ddTHH:mm:ss+08:00"` in Asia/Shanghai, fraction if not 0 | the same |
 * | `base64`         | string, RFC 4648 clause 4, padded, no line breaks | the same  |
 * | `json`           | the value itself, embedded      | its JSON text               |
 */
export const wireForms = ['text', 'number', 'boolean', 'date', 'time', 'datetime-space', 'datetime-iso', 'base64', 'json'] as const;
export type WireForm = (typeof wireForms)[number];

/** The faces whose values are fixed by decision 32; one column of `spec/wire-values.yaml` each. */
export const faces = ['sea', 'gov-json', 'gov-xml', 'gov-csv'] as const;
export type Face = (typeof faces)[number];

/** How a face writes NULL: the token `null`, no element at all, or an empty cell (an empty text is then `""`). */
export type NullForm = 'null' | 'absent' | 'empty';

export interface FaceForms {
  /** The media type without parameters. */
  readonly mediaType: string;
  /** What the face takes from a source: finished JSON, or cells. */
  readonly reads: 'json' | 'cells';
  readonly null: NullForm;
  readonly types: Readonly<Record<FieldType, WireForm>>;
}

const plain = {
  varchar: 'text',
  int: 'number',
  bigint: 'number',
  numeric: 'number',
  double: 'number',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  binary: 'base64',
} as const satisfies Partial<Record<FieldType, WireForm>>;

/** `json` is embedded where the face is JSON; elsewhere its text is a text like any other. */
const gov = { ...plain, timestamp: 'datetime-iso', json: 'json' } as const satisfies Record<FieldType, WireForm>;
const govText = { ...gov, json: 'text' } as const satisfies Record<FieldType, WireForm>;

/** The table of decision 32; a test proves it equal to `spec/wire-values.yaml`. */
export const wireTable: Readonly<Record<Face, FaceForms>> = {
  sea: { mediaType: 'application/json', reads: 'json', null: 'null', types: { ...plain, timestamp: 'datetime-space', json: 'json' } },
  'gov-json': { mediaType: 'application/json', reads: 'json', null: 'null', types: gov },
  'gov-xml': { mediaType: 'application/xml', reads: 'cells', null: 'absent', types: govText },
  'gov-csv': { mediaType: 'text/csv', reads: 'cells', null: 'empty', types: govText },
};

/** The form of each field type on a face. */
export const formsOf = (face: Face): Readonly<Record<FieldType, WireForm>> => wireTable[face].types;

/** The forms of fields in their order, as a source is asked for them. */
export const formsOfFields = (face: Face, fields: readonly { readonly type: FieldType }[]): readonly WireForm[] =>
  fields.map((field) => wireTable[face].types[field.type]);

