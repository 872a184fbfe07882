import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../kernel/errors.ts';
import type { Queryable } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import { unknownSource } from './errors.ts';
import type { Source } from './model.ts';
import type { SourceSettings, SourceType } from './ports.ts';
import { Standing } from './standing.ts';
import { findSource, type StoredSource } from './store.ts';

interface Open {
  readonly version: number;
  readonly connection: Standing;
}

/** A source that does not let go of its connections does not keep the node from ending. */
const CLOSING_MS = 5_000;

/** The open connections to sources, one a source; a changed source is opened anew at its next use. */
export class SourceConnections {
  readonly #types: Map<string, SourceType>;
  readonly #key: NodeKey;
  readonly #open = new Map<string, Open>();
  readonly #closingMs: number;

  constructor(types: readonly SourceType[], key: NodeKey, closingMs = CLOSING_MS) {
    this.#types = new Map(types.map((type) => [type.type, type]));
    this.#key = key;
    this.#closingMs = closingMs;
  }

  get types(): readonly string[] {
    return [...this.#types.keys()];
  }

  /** Types that come while the node runs; their names are new. */
  add(types: readonly SourceType[]): void {
    for (const type of types) this.#types.set(type.type, type);
  }

  /** Throws `source.type.unknown` with the types there are. */
  typeOf(name: string): SourceType {
    const type = this.#types.get(name);
    if (type === undefined) {
      const known = this.types.join(', ');
      throw new DomainError('invalid-definition', 'source.type.unknown', `没有 ${name} 类型的数据源，可用：${known} (no such source type)`, { details: { type: name } });
    }
    return type;
  }

  /** Settings without secrets, and the secrets sealed for this source: moved to another they do not open. */
  seal(type: SourceType, sourceId: string, settings: SourceSettings): { settings: SourceSettings; secretsSealed: string | null } {
    const open: Record<string, unknown> = {};
    const secret: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(settings)) (type.secrets.includes(name) ? secret : open)[name] = value;
    const secretsSealed = Object.keys(secret).length === 0 ? null : this.#key.seal(JSON.stringify(secret), `source:${sourceId}`);
    return { settings: open, secretsSealed };
  }

  unseal(source: StoredSource): SourceSettings {
    return { ...source.settings, ...this.#secretsOf(source) };
  }

  /** The source as it may be shown, also where its type is no more: the configuration file named it, and does not now. */
  shown(source: StoredSource): Source {
    const { secretsSealed: _sealed, ...rest } = source;
    const values = this.#secretsOf(source);
    const names = this.#types.get(source.type)?.secrets ?? Object.keys(values);
    const secrets = names.map((name) => [name, values[name] !== undefined && values[name] !== ''] as const);
    return { ...rest, secrets: Object.fromEntries(secrets) };
  }

  #secretsOf(source: StoredSource): SourceSettings {
    if (source.secretsSealed === null) return {};
    const secrets: SourceSettings = JSON.parse(this.#key.open(source.secretsSealed, `source:${source.id}`));
    return secrets;
  }

  /** The connection of a source at the version a caller knows; opened when it is not. */
  async get(on: Queryable, sourceId: string): Promise<Standing> {
    const open = this.#open.get(sourceId);
    if (open !== undefined) return open.connection;
    const source = await findSource(on, sourceId);
    if (source === undefined) throw unknownSource(sourceId);
    return this.#remember(source);
  }

  #remember(source: StoredSource): Standing {
    const known = this.#open.get(source.id);
    if (known?.version === source.version) return known.connection;
    const opened = this.typeOf(source.type).open(this.unseal(source));
    const connection = known?.connection ?? new Standing(opened);
    if (known !== undefined) connection.replace(opened);
    this.#open.set(source.id, { version: source.version, connection });
    return connection;
  }

  /** Called when the revision has moved: closes what has changed or gone. */
  async refresh(on: Queryable): Promise<void> {
    for (const id of this.#open.keys()) {
      const source = await findSource(on, id);
      if (source === undefined) this.#forget(id);
      else this.#remember(source);
    }
  }

  #forget(id: string): void {
    this.#open.get(id)?.connection.retire();
    this.#open.delete(id);
  }

  async close(): Promise<void> {
    const closing = Promise.allSettled([...this.#open.values()].map(({ connection }) => connection.close()));
    this.#open.clear();
    await Promise.race([closing, pause(this.#closingMs, undefined, { ref: false })]);
  }
}
