import type { Clock } from '../../kernel/clock.ts';
import type { Access, Delivery } from '../../modules/delivery/index.ts';
import type { JournalWriter } from '../../modules/journal/index.ts';
import type { OperatorToken } from '../../modules/identity/index.ts';
import type { HostedTables, ResourceWatch, SourceConnections, TableImport } from '../../modules/resources/index.ts';
import type { Database } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';

/** What the management API stands on. */
export interface ManagementParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly key: NodeKey;
  readonly access: Access;
  readonly delivery: Delivery;
  readonly connections: SourceConnections;
  readonly watch: ResourceWatch;
  readonly hosted: HostedTables;
  readonly imports: TableImport;
  readonly journal: JournalWriter;
  /** Throws `webhook.address` where the node may not connect there. */
  readonly checkOutbound: (url: string) => Promise<void>;
  /** Minted at this start; undefined where it is switched off. */
  readonly operatorToken: OperatorToken | undefined;
  readonly about: { readonly version: string; readonly retentionDays: number };
  /** Names of the listeners that serve the standards' faces. */
  readonly dataListeners: readonly string[];
  /** Base URLs of the listeners by name, known once they listen. */
  readonly urls: () => Readonly<Record<string, string>>;
}
