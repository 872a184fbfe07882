import Type, { type Static } from 'typebox';
import { authenticationMethods, gatewayCiphers, RoleSchema, ScopeSchema, type ApiToken, type Credential, type ListedUser, type Subject, type User } from '../../modules/identity/index.ts';

/** How people, tokens, subjects and keys look on the API; times in ISO 8601, UTC. */
const Instant = Type.String({ format: 'date-time' });
const OptionalInstant = Type.Union([Instant, Type.Null()]);
const text = (at: Date | null): string | null => at?.toISOString() ?? null;

export const UserView = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    displayName: Type.String(),
    role: RoleSchema,
    disabled: Type.Boolean(),
    mustChange: Type.Boolean(),
    passwordSetAt: Instant,
    lockedUntil: OptionalInstant,
    version: Type.Integer(),
    createdAt: Instant,
  },
  { $id: 'User' },
);
export type UserView = Static<typeof UserView>;

export const viewUser = (user: User | ListedUser): UserView => ({
  ...user,
  passwordSetAt: user.passwordSetAt.toISOString(),
  lockedUntil: 'lockedUntil' in user ? text(user.lockedUntil) : null,
  createdAt: user.createdAt.toISOString(),
});

export const TokenView = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    hint: Type.String({ description: '末四位' }),
    scopes: Type.Array(ScopeSchema),
    expiresAt: Instant,
    revokedAt: OptionalInstant,
    createdAt: Instant,
  },
  { $id: 'ApiToken' },
);

export const viewToken = ({ userId: _, ...token }: ApiToken): Static<typeof TokenView> => ({
  ...token,
  scopes: [...token.scopes],
  expiresAt: token.expiresAt.toISOString(),
  revokedAt: text(token.revokedAt),
  createdAt: token.createdAt.toISOString(),
});

export const SubjectView = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    kind: Type.Enum(['application', 'connector', 'platform', 'public'], { description: 'public 为内置的公众主体：不带凭证的调用' }),
    unit: Type.String(),
    contact: Type.String(),
    ownerId: Type.Union([Type.String(), Type.Null()]),
    disabled: Type.Boolean(),
    version: Type.Integer(),
    createdAt: Instant,
  },
  { $id: 'Subject' },
);

export const viewSubject = (subject: Subject): Static<typeof SubjectView> => ({ ...subject, createdAt: subject.createdAt.toISOString() });

export const CredentialView = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(authenticationMethods),
    keyId: Type.Union([Type.String(), Type.Null()], { description: '签名凭证的 keyId，网关凭证的 rid' }),
    cipher: Type.Union([Type.Enum(gatewayCiphers), Type.Null()]),
    hint: Type.String({ description: '末四位' }),
    notBefore: Instant,
    expiresAt: OptionalInstant,
    revokedAt: OptionalInstant,
    createdAt: Instant,
  },
  { $id: 'Credential' },
);

export const viewCredential = ({ subjectId: _, ...credential }: Credential): Static<typeof CredentialView> => ({
  ...credential,
  notBefore: credential.notBefore.toISOString(),
  expiresAt: text(credential.expiresAt),
  revokedAt: text(credential.revokedAt),
  createdAt: credential.createdAt.toISOString(),
});

/** A secret as it is shown once, when it is made: the appkey, what signs, the gateway's appKey. */
export const IssuedSecret = Type.Object({ secret: Type.String(), credential: CredentialView }, { $id: 'IssuedCredential' });
