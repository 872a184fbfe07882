import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { createGrant, removeGrantsOf } from '../modules/grants/index.ts';
import { createSubject, deleteSubject, issueCredential, listSubjects } from '../modules/identity/index.ts';
import { recordSystem } from '../modules/journal/index.ts';
import { createProduct, findProduct, listProducts, publishProduct, removeProduct, withdrawProduct } from '../modules/products/index.ts';
import { addResource, describeTable, findResource, HOSTED_SOURCE, listResources, removeResource, type HostedTables, type SourceConnections } from '../modules/resources/index.ts';
import type { Database, Transaction } from '../storage/database.ts';
import type { NodeKey } from '../storage/node-key.ts';
import { CODE, definitionOf, exampleCall, subject, TABLE, terms, TITLE } from './definition.ts';
import { readKeyFile, removeKeyFile, writeKeyFile, type SampleKey } from './key-file.ts';
import { hoursOfStation, tideColumns, tideRows } from './predictions.ts';
import { lockState, readState, writeState, type SampleState } from './state.ts';
import { tideStations } from './stations.ts';

export interface SampleParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly key: NodeKey;
  readonly connections: SourceConnections;
  readonly hosted: HostedTables;
  /** The data folder: there lies the sample's key. */
  readonly folder: string;
  /** The listeners that serve the standards' faces: their names, and the base URL of the first. */
  readonly listeners: readonly string[];
  readonly url: () => string;
}

export interface SampleCard extends SampleKey {
  /** Base URL of the data listener. */
  readonly url: string;
  readonly attribution: string;
}

type ReadySample = Extract<SampleState, { step: 'ready' }>;

interface MakeOptions {
  readonly signal: AbortSignal;
  /** Rows loaded so far, of all. */
  readonly progress: (done: number, total: number) => void;
}

/**
 * What becomes of the sample stands in the database: it is made once, in an empty one, and every step may be cut and is
 * then done again by the next start. Replicas that start at one time may both load the table; one of them publishes it.
 */
export class Sample {
  readonly #parts: SampleParts;

  constructor(parts: SampleParts) {
    this.#parts = parts;
  }

  /**
   * Makes the sample where it is to be made, or finishes what an earlier start began. Answers a call that works, or
   * undefined where there is no sample. Throws the signal's reason when it is stopped.
   */
  async ensure(options: MakeOptions): Promise<string | undefined> {
    if (this.#parts.listeners.length === 0) return undefined; // nobody could call it
    const step = await this.#begin();
    if (step === 'removing') await this.#finishRemoval();
    if (step === 'making') await this.#make(options);
    const card = await this.#card();
    return card === undefined ? undefined : exampleCall(card.url, card.appkey);
  }

  /** A first start that is to make none speaks for the later ones. */
  async decline(): Promise<void> {
    await this.#beginWith('declined');
  }

  /** Throws `sample.none`, also on a replica in whose data folder its key does not lie. */
  async show(): Promise<SampleCard> {
    const card = await this.#card();
    if (card !== undefined) return card;
    throw new DomainError('not-found', 'sample.none', '没有示例数据，或其密钥不在本机 (there is no sample, or its key lies on another machine)');
  }

  /**
   * Takes all of it away: grants, product, subject with its keys, resource, table. What an operator has built on its
   * resource or its table keeps it whole (`resource.in-use`, `hosted.in-use`). May be called again. What it answers does
   * the rest, after the commit.
   */
  async remove(tx: Transaction): Promise<() => Promise<void>> {
    const state = await lockState(tx);
    if (state?.step === 'ready') await removeShared(tx, state);
    const there = state?.step === 'ready' || state?.step === 'making';
    const free = there ? await this.#parts.hosted.take(tx, TABLE).catch(ignoreMissing) : undefined;
    if (there) await writeState(tx, { step: 'removing' });
    return async () => {
      await free?.();
      await this.#finishRemoval();
    };
  }

  async #finishRemoval(): Promise<void> {
    const { database, folder } = this.#parts;
    if ((await readState(database))?.step !== 'removing') return;
    await removeKeyFile(folder);
    await database.transaction((tx) => writeState(tx, { step: 'removed' }));
  }

  /** Where the sample stands; in an empty database it is begun. */
  async #begin(): Promise<string | undefined> {
    const { database, hosted } = this.#parts;
    const state = await readState(database);
    if (state !== undefined) return state.step;
    if ((await hosted.list({ after: '', limit: 1 })).length > 0 || !(await isEmpty(database))) return undefined;
    return this.#beginWith('making');
  }

  /** In a database that says nothing of the sample yet; answers what it says then. */
  #beginWith(step: 'making' | 'declined'): Promise<string> {
    return this.#parts.database.transaction(async (tx) => {
      const state = await lockState(tx);
      if (state === undefined) await writeState(tx, { step });
      return state?.step ?? step;
    });
  }

  async #make({ signal, progress }: MakeOptions): Promise<void> {
    const { database, connections, hosted } = this.#parts;
    const stations = await tideStations();
    const attribution = [...new Set(stations.map((station) => station.attribution))].join('\n');
    const total = stations.length * hoursOfStation;
    await hosted.load({
      name: TABLE,
      title: TITLE,
      attribution,
      columns: tideColumns,
      indexes: [['stationname', 'timestamp']],
      rows: tideRows(stations, signal),
      progress: (rows) => progress(rows, total),
    });
    const input = { name: TABLE, source: HOSTED_SOURCE, table: TABLE, title: TITLE };
    const found = await describeTable(database, connections, input);
    const step = await database.transaction(async (tx) => {
      const state = await lockState(tx);
      if (state?.step !== 'making') return state?.step; // another replica was quicker, or it is to go again
      const resource = await addResource(tx, input, found, null);
      await this.#publish(tx, resource.id, attribution);
      return 'ready';
    });
    if (step !== 'ready') await hosted.remove(TABLE).catch(ignoreMissing);
  }

  async #publish(tx: Transaction, resourceId: string, attribution: string): Promise<void> {
    const { clock, key, folder, listeners } = this.#parts;
    const draft = await createProduct(tx, { code: CODE, definition: definitionOf(attribution, listeners) }, null);
    const product = await publishProduct(tx, this.#parts.connections, draft.id, draft.version);
    const { id: subjectId } = await createSubject(tx, clock, subject);
    const { secret: appkey } = await issueCredential(tx, clock, key, subjectId, { kind: 'appkey' });
    const grant = await createGrant(tx, { subjectId, product: product.id, terms });
    await writeState(tx, { step: 'ready', productId: product.id, subjectId, resourceId });
    // Before the commit: a key in the file whose transaction failed opens nothing, and the next start writes another.
    await writeKeyFile(folder, { product: CODE, appkey });
    await recordSystem(tx, { event: 'sample.make', actor: 'system', result: 'done', productId: product.id, productCode: CODE, productVersion: 1, subjectId, grantId: grant.id });
  }

  async #card(): Promise<SampleCard | undefined> {
    const { database, folder, url } = this.#parts;
    const state = await readState(database);
    if (state?.step !== 'ready') return undefined;
    const key = await readKeyFile(folder);
    const product = await findProduct(database, state.productId);
    if (key === undefined || product === undefined) return undefined;
    return { ...key, url: url(), attribution: product.definition.attribution };
  }
}

/** All that callers can reach. */
async function removeShared(tx: Transaction, { productId, subjectId, resourceId }: ReadySample): Promise<void> {
  await removeGrantsOf(tx, { productId, subjectId });
  const product = await findProduct(tx, productId);
  const unpublished = product?.state === 'published' ? await withdrawProduct(tx, productId, product.version) : product;
  if (unpublished !== undefined) await removeProduct(tx, productId, unpublished.version);
  await deleteSubject(tx, subjectId).catch(ignoreMissing);
  const resource = await findResource(tx, resourceId);
  if (resource !== undefined) await removeResource(tx, resourceId, resource.version);
}

/** No one has made anything that is shared, or is to be shared, or with whom. */
async function isEmpty(database: Database): Promise<boolean> {
  const first = { after: '', limit: 1 };
  const subjects = (await listSubjects(database, { limit: 2 })).items.filter(({ kind }) => kind !== 'public');
  const found = [await listResources(database, first), await listProducts(database, first), subjects];
  return found.every((items) => items.length === 0);
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof DomainError && error.kind === 'not-found')) throw error;
}
