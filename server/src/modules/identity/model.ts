import Type, { type Static } from 'typebox';

// ---- people ---------------------------------------------------------------------------------------------------------

/** SEA-4.1: provider, manager and consumer; the auditor watches them and does nothing else. */
export const roles = ['manager', 'provider', 'consumer', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** What an API token may be used for; see rights.ts for which role may hold which. */
export const scopes = ['read', 'operate', 'journal', 'users'] as const;
export type Scope = (typeof scopes)[number];

/** No control characters: names and notes are shown in lists and logs. */
const plain = String.raw`^[^\p{Cc}\p{Cs}]*$`;
const Label = (maxLength: number, minLength = 0) => Type.String({ minLength, maxLength, pattern: plain, description: '不含控制字符 (without control characters)' });
/** A label that must say something: neither empty nor framed by blanks. */
const Title = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: String.raw`^(?!\s)[^\p{Cc}\p{Cs}]+(?<!\s)$`, description: '不含控制字符，首尾不是空白 (without control characters, and no blanks at its ends)' });

export const RoleSchema = Type.Enum(roles);
export const ScopeSchema = Type.Enum(scopes);

/** A log-in name: 3 to 32 of `a-z 0-9 . _ -`, a letter first. */
export const userNamePattern = /^[a-z][a-z0-9._-]{2,31}$/;

export const UserInput = Type.Object(
  { name: Type.String({ pattern: userNamePattern.source, description: '3 至 32 个字符：小写字母开头，其后为小写字母、数字、. _ - (3 to 32 characters: a small letter, then small letters, digits and . _ -)' }), displayName: Title(100), role: RoleSchema },
  { additionalProperties: false },
);
export type UserInput = Static<typeof UserInput>;

export const UserChanges = Type.Object(
  { displayName: Type.Optional(Title(100)), role: Type.Optional(RoleSchema), disabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);
export type UserChanges = Static<typeof UserChanges>;

export interface User {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly role: Role;
  readonly disabled: boolean;
  /** A one-time password is in force: its holder may do nothing but change it. */
  readonly mustChange: boolean;
  readonly passwordSetAt: Date;
  /** Counts changes; what ETag and If-Match carry. */
  readonly version: number;
  readonly createdAt: Date;
}

export const TokenInput = Type.Object(
  { name: Title(100), scopes: Type.Array(ScopeSchema, { minItems: 1, uniqueItems: true }) },
  { additionalProperties: false },
);

/** An API token as it may be shown: the token itself is shown once, when it is made. */
export interface ApiToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** Its last four characters. */
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

// ---- subjects -------------------------------------------------------------------------------------------------------

export const subjectKinds = ['application', 'connector', 'platform'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

const subjectFields = {
  name: Title(100),
  kind: Type.Enum(subjectKinds),
  /** The organisation that answers for it. */
  unit: Label(200),
  contact: Label(200),
  /** The user who looks after it: a consumer sees and rotates the keys of its own subjects. */
  ownerId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
};

export const SubjectInput = Type.Object(
  {
    name: subjectFields.name,
    kind: subjectFields.kind,
    unit: Type.Optional(subjectFields.unit),
    contact: Type.Optional(subjectFields.contact),
    ownerId: Type.Optional(subjectFields.ownerId),
  },
  { additionalProperties: false },
);
export type SubjectInput = Static<typeof SubjectInput>;

export const SubjectChanges = Type.Object(
  {
    name: Type.Optional(subjectFields.name),
    unit: Type.Optional(subjectFields.unit),
    contact: Type.Optional(subjectFields.contact),
    ownerId: Type.Optional(subjectFields.ownerId),
    disabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type SubjectChanges = Static<typeof SubjectChanges>;

/** The identifier of the built-in subject behind calls without credential, as the schema makes it. */
export const publicSubject = '00000000-0000-4000-8000-7075626c6963';

/** Who may hold a right: an application system, a connector, a platform. */
export interface Subject {
  readonly id: string;
  readonly name: string;
  /** `public` is the built-in one: whoever calls without a credential. */
  readonly kind: SubjectKind | 'public';
  readonly unit: string;
  readonly contact: string;
  readonly ownerId: string | null;
  readonly disabled: boolean;
  readonly version: number;
  readonly createdAt: Date;
}

// ---- credentials ----------------------------------------------------------------------------------------------------

/** How a call shows who makes it; a credential is of the kind of the method that uses it. `none`: a call without any. */
export const authenticationMethods = ['appkey', 'signature', 'gateway', 'none'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** The kinds that are issued; the one credential of kind `none` is the built-in public subject's. */
export const credentialKinds = ['appkey', 'signature', 'gateway'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** How the national gateway's convention hides the secret of the day: AES-128 in this mode. */
export const gatewayCiphers = ['ecb', 'cbc'] as const;
export type GatewayCipher = (typeof gatewayCiphers)[number];

/** A credential as it may be shown. */
export interface Credential {
  readonly id: string;
  readonly subjectId: string;
  readonly kind: AuthenticationMethod;
  /** The name by which a signer tells which secret he used: the key ID, the gateway's `rid`; null for others. */
  readonly keyId: string | null;
  /** null but for the kind `gateway`. */
  readonly cipher: GatewayCipher | null;
  /** The last four characters of the secret. */
  readonly hint: string;
  readonly notBefore: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

/** What a call needs to know of the credential it presents. Callers may cache it until the revision is raised. */
export interface FoundCredential {
  readonly credentialId: string;
  readonly kind: AuthenticationMethod;
  readonly subjectId: string;
  readonly subjectName: string;
  readonly notBefore: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly subjectDisabled: boolean;
  /** What signs, sealed under the node key; null where nothing does. */
  readonly secretSealed: string | null;
  readonly cipher: GatewayCipher | null;
  /** The subject's, in PEM, to which answers may wrap their keys. */
  readonly publicKey: string | null;
}

/** What a call shows of who makes it, as its face read it from the wire. */
export type Proof = { readonly kind: 'none' } | { readonly kind: 'appkey'; readonly key: string } | SignedProof;

/** A proof under a secret that stays at home: what was signed, when, and with what outcome. */
export interface SignedProof {
  readonly kind: 'signature' | 'gateway';
  readonly keyId: string;
  readonly hash: 'sha256' | 'sm3';
  /** Milliseconds since 1970 by the signer's clock. */
  readonly time: number;
  /** What no other call under this credential has; spent by the first. Undefined: the signature itself. */
  readonly nonce: string | undefined;
  readonly text: string;
  /** Base64, as it came. */
  readonly signature: string;
}

// ---- lists ----------------------------------------------------------------------------------------------------------

export interface PageRequest {
  /** What the page before gave as `next`; absent for the first page. */
  readonly cursor?: string;
  /** 1 to 200; 50 where absent. */
  readonly limit?: number;
}

/** A page of what is listed from the newest on. */
export interface NewestFirst {
  /** Only what was made before this one. */
  readonly before?: { readonly at: Date; readonly id: string } | undefined;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
