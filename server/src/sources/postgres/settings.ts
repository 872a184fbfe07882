import Type, { type Static } from 'typebox';

export const PostgresSettings = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 5432 }),
    database: Type.String({ minLength: 1, maxLength: 128 }),
    user: Type.String({ minLength: 1, maxLength: 128 }),
    password: Type.String({ maxLength: 1024, default: '' }),
    /** `require` encrypts; `verify` also checks the server's certificate and name. */
    tls: Type.Union([Type.Literal('off'), Type.Literal('require'), Type.Literal('verify')], { default: 'off' }),
    /** PEM of the authorities that issued the server's certificate, where the system does not know them. */
    ca: Type.String({ maxLength: 65_536, default: '' }),
    /** Zone in which times without zone are meant. */
    timeZone: Type.String({ pattern: '^[A-Za-z0-9_+/-]{1,64}$', default: 'Asia/Shanghai' }),
    /** `server`: what the server says of itself. `utf-8`: what a database without encoding (SQL_ASCII) really holds. */
    charset: Type.Union([Type.Literal('server'), Type.Literal('utf-8')], { default: 'server' }),
    /** A log-in of its own for queries that operators write: it may SELECT and nothing else. Empty: no queries. */
    queryUser: Type.String({ maxLength: 128, default: '' }),
    queryPassword: Type.String({ maxLength: 1024, default: '' }),
    /** Schemas that queries read, in the order in which names are looked up. */
    querySchemas: Type.Array(Type.String({ pattern: '^(?!pg_|information_schema$)[\\p{L}_][\\p{L}\\p{N}_$]*$', maxLength: 63 }), { minItems: 1, maxItems: 20, default: ['public'] }),
    /** Connections for short answers; streams have half as many of their own. */
    connections: Type.Integer({ minimum: 1, maximum: 200, default: 10 }),
    statementTimeoutSeconds: Type.Integer({ minimum: 1, maximum: 600, default: 15 }),
  },
  { additionalProperties: false },
);
export type PostgresSettings = Static<typeof PostgresSettings>;
