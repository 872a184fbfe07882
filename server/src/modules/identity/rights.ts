import type { DomainError } from '../../kernel/errors.ts';
import { mustChangePassword, roleForbids, scopeMissing } from './errors.ts';
import type { Role, Scope } from './model.ts';

/** Who acts. `operator` is the holder of the token that each start leaves in the data folder; `system` is the node itself. */
export interface Actor {
  readonly kind: 'user' | 'token' | 'operator' | 'system';
  /** The user's id, also behind a token: what ownership is compared with. */
  readonly id: string;
  readonly name: string;
  readonly role: Role | 'operator' | 'system';
  readonly scopes: readonly Scope[];
  /** The password must be changed first; until then the actor has no right at all. */
  readonly mustChange: boolean;
  /** The API token through which a user acts. */
  readonly token: { readonly id: string; readonly name: string } | null;
}

/** How far a right reaches: to everything, to what is one's own, to nothing. */
export type Reach = 'all' | 'own' | 'none';

interface RightRow {
  readonly reach: Readonly<Record<Role, Reach>>;
  /** A token needs one of these. */
  readonly scopes: readonly Scope[];
}

const row = (manager: Reach, provider: Reach, consumer: Reach, auditor: Reach, ...scopes: Scope[]): RightRow => ({
  reach: { manager, provider, consumer, auditor },
  scopes,
});

/**
 * The closed table of rights (SEA-4.1). What "own" means: a source, resource or product that the provider added; a
 * subject whose owner the consumer is; a grant or usage of a provider's own product or of a consumer's own subject.
 * What concerns only oneself (password, sessions, tokens) needs no right.
 */
const table = {
  //                        manager  provider consumer auditor
  'catalog.read':       row('all',   'all',   'all',   'none', 'read'),
  'sources.read':       row('all',   'own',   'none',  'none', 'read'),
  'sources.write':      row('all',   'own',   'none',  'none', 'operate'),
  'resources.read':     row('all',   'own',   'none',  'none', 'read'),
  'resources.write':    row('all',   'own',   'none',  'none', 'operate'),
  'products.read':      row('all',   'own',   'none',  'none', 'read'),
  'products.write':     row('all',   'own',   'none',  'none', 'operate'),
  'products.publish':   row('all',   'own',   'none',  'none', 'operate'),
  'products.preview':   row('all',   'own',   'none',  'none', 'read'),
  'subjects.read':      row('all',   'none',  'own',   'none', 'read'),
  'subjects.write':     row('all',   'none',  'none',  'none', 'operate'),
  'credentials.read':   row('all',   'none',  'own',   'none', 'read'),
  'credentials.write':  row('all',   'none',  'none',  'none', 'operate'),
  'credentials.rotate': row('all',   'none',  'own',   'none', 'operate'),
  'grants.read':        row('all',   'own',   'own',   'none', 'read'),
  'grants.write':       row('all',   'none',  'none',  'none', 'operate'),
  'grants.explain':     row('all',   'own',   'none',  'none', 'read'),
  'usage.read':         row('all',   'own',   'own',   'all',  'read', 'journal'),
  'journal.read':       row('all',   'none',  'none',  'all',  'journal'),
  'journal.export':     row('none',  'none',  'none',  'all',  'journal'),
  'notices.read':       row('all',   'own',   'none',  'none', 'read'),
  'users.read':         row('all',   'none',  'none',  'none', 'users'),
  'users.write':        row('all',   'none',  'none',  'none', 'users'),
  'node.read':          row('all',   'none',  'none',  'none', 'read'),
  'node.operate':       row('all',   'none',  'none',  'none', 'operate'),
} as const satisfies Record<string, RightRow>;

export type Right = keyof typeof table;
/** @internal */
export const rights: readonly Right[] = Object.keys(table).filter((name): name is Right => name in table);
const rowOf = (right: Right): RightRow => table[right];

/** Which scopes a token of each role may hold. */
export const scopesOfRole: Readonly<Record<Role, readonly Scope[]>> = {
  manager: ['read', 'operate', 'journal', 'users'],
  provider: ['read', 'operate'],
  consumer: ['read', 'operate'],
  auditor: ['journal'],
};

const reachOfRole = (role: Actor['role'], right: Right): Reach =>
  role === 'operator' || role === 'system' ? 'all' : rowOf(right).reach[role];

const inScope = (actor: Actor, right: Right): boolean =>
  actor.kind !== 'token' || rowOf(right).scopes.some((scope) => actor.scopes.includes(scope));

/** How far the actor's right reaches now. @internal */
export const can = (actor: Actor, right: Right): Reach => (actor.mustChange || !inScope(actor, right) ? 'none' : reachOfRole(actor.role, right));

/** As `can`, but throws why when there is none: the password first, then the role, then the token's scopes (kind forbidden). */
export function allow(actor: Actor, right: Right): 'all' | 'own' {
  if (actor.mustChange) throw mustChangePassword();
  const reach = reachOfRole(actor.role, right);
  if (reach === 'none') throw roleForbids(right);
  if (!inScope(actor, right)) throw scopeMissing(right, rowOf(right).scopes);
  return reach;
}

/**
 * Throws unless the right reaches a thing of this owner. What is another's is answered like what does not exist:
 * pass the error of the missing thing.
 */
export function allowOwned(actor: Actor, right: Right, ownerId: string | null, missing: () => DomainError): void {
  if (allow(actor, right) === 'own' && ownerId !== actor.id) throw missing();
}

/** For lists: undefined shows everything, else only what this user owns. */
export const ownerFilter = (actor: Actor, right: Right): string | undefined => (allow(actor, right) === 'own' ? actor.id : undefined);

/** How the journal names an actor. */
export function actorText({ kind, name, token }: Actor): string {
  if (kind === 'user') return `user:${name}`;
  if (kind === 'token') return `token:${name}/${token?.name ?? ''}`;
  return kind;
}

const own = (kind: 'operator' | 'system'): Actor => ({ kind, id: kind, name: kind, role: kind, scopes: ['read', 'operate', 'journal', 'users'], mustChange: false, token: null });

/** Whoever holds the node's own machine: every right, and an actor of its own in the journal. */
export const operatorActor: Actor = own('operator');
/** The node's own background work. */
/** @internal */
export const systemActor: Actor = own('system');
