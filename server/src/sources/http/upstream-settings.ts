import Type, { type Static } from 'typebox';

/** Names of headers as HTTP has them. */
const HeaderName = Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" });

/** How the node shows an upstream who it is; the secret itself is sealed apart. */
const Auth = Type.Union([
  Type.Object({ kind: Type.Literal('none') }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('basic'), user: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^:]+$' }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('bearer') }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('header'), name: HeaderName }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('query'), name: Type.String({ minLength: 1, maxLength: 100 }) }, { additionalProperties: false }),
]);

/** What all services over HTTP have in common. */
export const upstreamProperties = {
  /** Without query and credentials; the operations' paths stand after it. */
  baseUrl: Type.String({ pattern: '^https?://[^/?#@\\s]+(/[^?#\\s]*)?$', maxLength: 500 }),
  auth: Type.Unsafe<Static<typeof Auth>>({ ...Auth, default: { kind: 'none' } }),
  /** Password, token or key of `auth`. */
  secret: Type.String({ maxLength: 4096, pattern: '^[\\x20-\\x7e]*$', default: '' }),
  /** PEM of the authorities that issued the upstream's certificate, where the system does not know them. */
  ca: Type.String({ maxLength: 65_536, default: '' }),
  /** Connections for short answers; streams have half as many of their own, so that their slow readers starve nobody. */
  connections: Type.Integer({ minimum: 1, maximum: 500, default: 32 }),
  connectSeconds: Type.Integer({ minimum: 1, maximum: 15, default: 3 }),
  headSeconds: Type.Integer({ minimum: 1, maximum: 15, default: 10, description: '应答头的限时' }),
  /** Between two pieces of a body; and the time over which the least rate is taken. */
  idleSeconds: Type.Integer({ minimum: 1, maximum: 300, default: 10 }),
  leastBytesPerSecond: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 256 }),
  /** After so many failures in a row the upstream is left alone for a while; then one call tries it. */
  breaker: Type.Object(
    { failures: Type.Integer({ minimum: 1, maximum: 1000, default: 5 }), restSeconds: Type.Integer({ minimum: 1, maximum: 600, default: 10 }) },
    { additionalProperties: false, default: {} },
  ),
  /** What is asked to learn whether the upstream is well; absent: any answer at `baseUrl` below 500 will do. */
  health: Type.Optional(Type.Object({ path: Type.String({ pattern: '^/[^#\\s]*$', maxLength: 500 }), status: Type.Integer({ minimum: 200, maximum: 599, default: 200 }) }, { additionalProperties: false })),
};

const UpstreamSettings = Type.Object(upstreamProperties);
export type UpstreamSettings = Static<typeof UpstreamSettings>;
