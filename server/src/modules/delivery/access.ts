import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../kernel/errors.ts';
import { currentRevision } from '../../storage/revision.ts';
import type { Database } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import { findRight, type Grant } from '../grants/index.ts';
import { assertInWindow, findCredential, isInForce, isSigned, isSignedBy, nameOf, spendProof, type FoundCredential, type Proof, type SignedProof } from '../identity/index.ts';
import { compileGrant, type CompiledGrant } from '../policy/index.ts';
import { findLiveProduct, shapeOf, type Product } from '../products/index.ts';
import { findResource, type Resource } from '../resources/index.ts';
import { unauthenticated } from './errors.ts';
import { Memory } from './memory.ts';

/** A live product with what it reads from. */
export interface LiveProduct {
  readonly product: Product;
  readonly resource: Resource;
  /** Wire names of the parameters whose values are redacted in the journal. */
  readonly sensitive: ReadonlySet<string>;
  /** Wire names of all parameters. */
  readonly parameterNames: readonly string[];
}

export interface Right {
  readonly grant: Grant;
  readonly compiled: CompiledGrant;
  /** Keys the masks that hash: one of the grant's own, so that two callers cannot join what they got. */
  readonly maskKey: Buffer;
}

interface Monotonic {
  now(): number;
}

const POLL_MS = 400;
/** A replica that could not reconfirm what it knows within this time refuses (design: the hot path). */
const STALE_MS = 2000;
/** How long a call waits for that: beyond it the database does not answer. */
const PATIENCE_MS = 2000;
/** How long one poll may take. */
const SILENCE_MS = 5000;

/**
 * credential → subject → (subject, product) → compiled grant, in bounded memory, kept true by the database's revision.
 * What is not there is remembered too, so that wrong keys cost the database one look.
 */
export class Access {
  readonly #database: Database;
  readonly #key: NodeKey;
  readonly #clock: Monotonic;
  readonly #credentials = new Memory<FoundCredential>();
  readonly #products = new Memory<LiveProduct>();
  readonly #rights = new Memory<Right>();
  #revision = -1;
  #generation = 0;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #onChange: () => Promise<void> = async () => {};

  constructor(database: Database, key: NodeKey, clock: Monotonic = performance) {
    this.#database = database;
    this.#key = key;
    this.#clock = clock;
  }

  /** Begins to follow the revision; `onChange` runs after each one that is new. */
  async start(onChange: () => Promise<void>): Promise<void> {
    this.#onChange = onChange;
    await this.confirm();
    const again = (): void => {
      this.#timer = setTimeout(() => void this.confirm().catch(() => {}).finally(again), POLL_MS);
    };
    again();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Reads the revision now; a change of this replica's own calls it, so that its next call already feels the change. */
  async confirm(): Promise<void> {
    await this.#polling?.catch(() => {});
    await this.#soon();
  }

  /** The poll under way, or a new one. */
  #soon(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #poll(): Promise<void> {
    const asked = this.#clock.now();
    const revision = await Promise.race([currentRevision(this.#database), silence()]);
    this.#confirmedAt = asked;
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.#generation += 1;
    this.#credentials.clear();
    this.#products.clear();
    this.#rights.clear();
    try {
      await this.#onChange();
    } catch (error) {
      this.#revision = -1; // the next poll takes the change for new: no running call whose right has gone is missed
      throw error;
    }
  }

  /** Moves with every change that a running call must feel: what was looked up under an earlier one may be wrong. */
  get generation(): number {
    return this.#generation;
  }

  isFresh(): boolean {
    return this.#clock.now() - this.#confirmedAt <= STALE_MS;
  }

  /**
   * Waits a little until what is known is confirmed again, since a node with much to do may be late with it. Throws
   * `busy` when it may be stale: closed rather than wrong.
   */
  async assertFresh(): Promise<void> {
    const patience = pause(PATIENCE_MS, 'late', { ref: false }).then(turnOfTheLoop);
    while (!this.isFresh()) {
      const asked = this.#soon().then(() => 'asked', () => 'late');
      if ((await Promise.race([asked, patience])) === 'late') break;
    }
    if (this.isFresh()) return;
    throw new DomainError('busy', 'node.stale', '节点暂时无法确认授权状态，请稍后重试 (the node cannot confirm rights now: try again)');
  }

  /** The credential that a proof names; what is signed was proven by `prove`. */
  credential(proof: Proof): Promise<FoundCredential | undefined> {
    const name = nameOf(proof);
    return this.#credentials.find(`${proof.kind} ${name}`, () => findCredential(this.#database, proof, name));
  }

  /**
   * Checks a signature and spends it, once a call. Unknown keys and wrong signatures are answered alike; what a credential
   * that is not in force has signed is left to the one who looks at it. Throws `credential.invalid`, `signature.*`.
   */
  async prove(proof: SignedProof, now: Date): Promise<void> {
    assertInWindow(proof, now);
    const found = await this.credential(proof);
    if (!isSignedBy(this.#key, proof, found)) throw unauthenticated(whyNot(proof, found));
    if (isInForce(found, now)) await spendProof(this.#database, proof, found.credentialId);
  }

  /** The live product of a code, or of an id. */
  product(code: string): Promise<LiveProduct | undefined> {
    return this.#products.find(code, async () => {
      const product = await findLiveProduct(this.#database, code);
      const resource = product && (await findResource(this.#database, product.resourceId));
      return product && resource && { product, resource, sensitive: sensitiveNames(product), parameterNames: product.definition.parameters.map(({ name }) => name) };
    });
  }

  right(subjectId: string, live: LiveProduct): Promise<Right | undefined> {
    return this.#rights.find(`${subjectId} ${live.product.id}`, async () => {
      const grant = await findRight(this.#database, subjectId, live.product.id);
      return grant && this.compile(grant, live);
    });
  }

  /** Wire names of the live product's parameters, for profiles that read tolerantly; empty for an unknown product. The same array while the product stays. */
  async parameterNames(code: string): Promise<readonly string[]> {
    return (await this.product(code))?.parameterNames ?? none;
  }

  /** A live product of a listener's list, as far as the one who proves himself (or everyone) may see that it exists. Throws as `prove`. */
  async visibleProduct(code: string, listener: string, proof: Proof, now: Date): Promise<Product | undefined> {
    const live = await this.product(code);
    if (live === undefined || !live.product.definition.listeners.includes(listener)) return undefined;
    if (live.product.definition.visibility === 'public') return live.product;
    if (proof.kind === 'none' && !live.product.definition.authentication.includes('none')) return undefined; // nobody stands behind it
    if (isSigned(proof)) await this.prove(proof, now);
    const credential = await this.credential(proof);
    return isInForce(credential, now) && (await this.right(credential.subjectId, live)) !== undefined ? live.product : undefined;
  }

  /** A grant, ready to decide calls of a product; also of one that is not live. */
  compile(grant: Grant, { product, resource }: Pick<LiveProduct, 'product' | 'resource'>): Right {
    const compiled = compileGrant(shapeOf(product.definition, resource), grant);
    return { grant, compiled, maskKey: this.#key.derive(`mask:${grant.id}`) };
  }
}

const none: readonly string[] = [];

/** For the operator; what a caller wrote where it chose the words itself may be a secret in the wrong place. */
const whyNot = ({ keyId, nonce, text }: SignedProof, found: FoundCredential | undefined): string =>
  found === undefined ? 'no credential has the key ID' : `not the signature of ${keyId} over ${JSON.stringify(nonce === undefined ? text : text.replace(nonce, '<nonce>'))}`;

/** A connection that swallows words must not end the polling: the next one goes by another. */
async function silence(): Promise<never> {
  await pause(SILENCE_MS, undefined, { ref: false });
  throw new DomainError('busy', 'node.revision.silent', '数据库没有应答 (the database does not answer)');
}

/** An answer that has come may wait behind the timers of a busy loop: it is heard before time is called. */
const turnOfTheLoop = (late: string): Promise<string> => new Promise((resolve) => setImmediate(resolve, late));

/** Wire names of the parameters whose values are redacted in the journal. */
export function sensitiveNames(product: Product): ReadonlySet<string> {
  const { fields, parameters } = product.definition;
  const columns = new Set(fields.filter((field) => field.sensitive).map((field) => field.column));
  return new Set(parameters.filter((parameter) => columns.has(parameter.column)).map((parameter) => parameter.name));
}
