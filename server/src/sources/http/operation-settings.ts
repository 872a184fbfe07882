import Type, { type Static } from 'typebox';

const ColumnName = Type.String({ minLength: 1, maxLength: 128 });
const Comment = Type.String({ maxLength: 500, default: '' });

/** Types of what an operation is given. */
export const inputTypes = ['text', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz', 'uuid'] as const;

/** What every value that an operation is given has, wherever it stands in the request. */
export const inputProperties = {
  /** As products and policies call it. */
  name: ColumnName,
  /** As the upstream calls it; absent: the same. */
  as: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  type: Type.Enum(inputTypes, { default: 'text' }),
  required: Type.Boolean({ default: false }),
  /** How times are written: `2022-09-01 08:00:00` of Asia/Shanghai, ISO 8601 with its offset, or `20220901080000`. */
  times: Type.Enum(['space', 'iso', 'compact'], { default: 'space' }),
  comment: Comment,
};
const Input = Type.Object(inputProperties);
export type Input = Static<typeof Input>;

/** Types that a column of an answer can be read as. */
export const outputTypes = [...inputTypes, 'json', 'geometry'] as const;

const Column = Type.Object(
  {
    name: ColumnName,
    type: Type.Enum(outputTypes, { default: 'text' }),
    /** Where the value stands in a row: a JSON Pointer, or names of elements like `place/name` and `@unit`; absent: by its own name. */
    path: Type.Optional(Type.String({ maxLength: 500 })),
    comment: Comment,
  },
  { additionalProperties: false },
);

/** How an answer becomes rows; an operation without it can be relayed only. */
export const Answer = Type.Object(
  {
    format: Type.Enum(['json', 'xml']),
    /** Where the rows stand: a JSON Pointer to the array ('' the whole), or the path of the repeated element, `/root/list/item`. */
    rows: Type.String({ maxLength: 500, default: '' }),
    columns: Type.Array(Column, { minItems: 1, maxItems: 500 }),
    /** Columns that are unique together. */
    key: Type.Array(ColumnName, { maxItems: 16, default: [] }),
    /** Where the upstream says whether the call succeeded, and what it says then: many answer errors with status 200. */
    success: Type.Optional(Type.Object({ path: Type.String({ maxLength: 500 }), equals: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 10 }) }, { additionalProperties: false })),
    maxBytes: Type.Integer({ minimum: 1024, maximum: 64 * 1024 * 1024, default: 8 * 1024 * 1024 }),
  },
  { additionalProperties: false },
);
export type Answer = Static<typeof Answer>;

export const OperationName = Type.String({ pattern: '^[\\p{L}\\p{N}_.-]{1,100}$' });
