import Type, { type Static } from 'typebox';

export const MysqlSettings = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 3306 }),
    database: Type.String({ minLength: 1, maxLength: 64 }),
    user: Type.String({ minLength: 1, maxLength: 128 }),
    password: Type.String({ maxLength: 1024, default: '' }),
    /** `require` encrypts; `verify` also checks the server's certificate and name. */
    tls: Type.Union([Type.Literal('off'), Type.Literal('require'), Type.Literal('verify')], { default: 'off' }),
    /** PEM of the authorities that issued the server's certificate, where the system does not know them. */
    ca: Type.String({ maxLength: 65_536, default: '' }),
    /** Zone in which times without zone (DATETIME) are meant; the server need not know it. */
    timeZone: Type.String({ pattern: '^[A-Za-z0-9_+/-]{1,64}$', default: 'Asia/Shanghai' }),
    /** What TINYINT(1) holds: truth, as the server's own BOOLEAN is one, or small numbers. */
    tinyint1: Type.Union([Type.Literal('boolean'), Type.Literal('integer')], { default: 'boolean' }),
    /** A log-in of its own for queries that operators write: it may SELECT in the database and nothing else. Empty: no queries. */
    queryUser: Type.String({ maxLength: 128, default: '' }),
    queryPassword: Type.String({ maxLength: 1024, default: '' }),
    /** Connections for short answers; streams have half as many of their own. */
    connections: Type.Integer({ minimum: 1, maximum: 200, default: 10 }),
    statementTimeoutSeconds: Type.Integer({ minimum: 1, maximum: 600, default: 15 }),
  },
  { additionalProperties: false },
);
export type MysqlSettings = Static<typeof MysqlSettings>;
