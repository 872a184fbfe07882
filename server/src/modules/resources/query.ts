import Type, { type Static } from 'typebox';

/** Types that a query's parameter may have: those whose values callers can write and every database can cast. */
const parameterTypes = ['text', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz', 'uuid'] as const;

const QueryParameter = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z_][a-z0-9_]{0,62}$', description: '小写字母或下划线开头，其后为小写字母、数字、_，至多 63 个字符，在 SQL 中写作 :name (a small letter or _, then small letters, digits and _, at most 63 characters)' }),
    type: Type.Enum(parameterTypes),
    /** What is not required stands only in optional parts `[[ … ]]`. */
    required: Type.Boolean({ default: true }),
    comment: Type.String({ maxLength: 200, default: '' }),
    /** The value by which EXPLAIN shows the operator the query's cost. */
    sample: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
);

/** A resource that is a query: SQL in which values stand by name, never concatenated (AGR-7.2b). */
export const Query = Type.Object(
  {
    sql: Type.String({ minLength: 1, maxLength: 20_000, pattern: '^[^\\u0000]*$', description: '一条 SELECT；:name 为参数；[[ … :name … ]] 仅在其参数给出时成立' }),
    parameters: Type.Array(QueryParameter, { maxItems: 30, default: [] }),
    /** Small-group suppression: rows whose `column` counts fewer than `k` never leave the source. */
    minimumGroup: Type.Optional(
      Type.Object({ column: Type.String({ minLength: 1, maxLength: 128 }), k: Type.Integer({ minimum: 2, maximum: 1_000_000 }) }, { additionalProperties: false, description: '分组人数（行数）所在列与下限 k：小于 k 的分组不返回' }),
    ),
  },
  { $id: 'Query', additionalProperties: false },
);
export type Query = Static<typeof Query>;
