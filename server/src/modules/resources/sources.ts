import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { DomainError } from '../../kernel/errors.ts';
import { faultTexts } from '../../kernel/faults.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import type { SourceConnections } from './connections.ts';
import { nameTaken, staleVersion, unknownSource } from './errors.ts';
import { HOSTED_SOURCE } from './hosted-ports.ts';
import type { Source, SourceInput } from './model.ts';
import type { DescribedSettings, Probe, SourceSettings, SourceType, TableDescription } from './ports.ts';
import { claimSourceToCheck, deleteSourceRow, findSource, insertSource, listSourceRows, lockSource, resourcesOf, setSourceState, updateSourceRow, type ListFilter, type StoredSource } from './store.ts';

/** Settings with their defaults; throws `source.settings` naming each wrong one. */
function checkSettings(type: SourceType, settings: SourceSettings): SourceSettings {
  const filled: unknown = Default(type.schema, structuredClone(settings));
  const schema = Compile(type.schema);
  if (schema.Check(filled)) return filled;
  const faults = faultTexts(schema.Errors(filled), 'settings', type.schema);
  throw new DomainError('invalid-definition', 'source.settings', `数据源设置有误：${faults.join('; ')} (the source's settings are wrong)`, { details: { faults } });
}

/** Opens the settings for a moment and proves that they work. */
export async function testSource(connections: SourceConnections, typeName: string, settings: SourceSettings): Promise<Probe> {
  const type = connections.typeOf(typeName);
  const connection = type.open(checkSettings(type, settings));
  try {
    return await connection.probe();
  } finally {
    await connection.close();
  }
}

/** What a type makes of a description in its own language. Throws `source.description.none` where it reads none, and what the type throws. */
export function readDescription(connections: SourceConnections, typeName: string, document: string): DescribedSettings {
  const described = connections.typeOf(typeName).readDescription?.(document);
  if (described !== undefined) return described;
  throw new DomainError('invalid-definition', 'source.description.none', `${typeName} 类型的数据源没有可读取的描述文件，http 读取 OpenAPI 3，soap 读取 WSDL 1.1 (the type reads no descriptions: http reads OpenAPI 3, soap WSDL 1.1)`);
}

/** Adds a source that has been tested. The caller has tested it: a probe may not run inside a transaction. Throws `source.name.taken`. */
export async function addSource(tx: Transaction, connections: SourceConnections, input: SourceInput, ownerId: string | null): Promise<Source> {
  const type = connections.typeOf(input.type);
  const id = newId();
  const sealed = connections.seal(type, id, checkSettings(type, input.settings));
  if (!(await insertSource(tx, { id, name: input.name, type: input.type, ...sealed, ownerId }))) throw nameTaken('source', input.name);
  return getSource(tx, connections, id);
}

/** Settings that are not given keep their values, secrets too; null takes one away. */
export async function mergedSettings(on: Queryable, connections: SourceConnections, reference: string, settings: SourceSettings): Promise<{ source: Source; settings: SourceSettings }> {
  const source = await stored(on, reference);
  const merged = Object.entries({ ...connections.unseal(source), ...settings }).filter(([, value]) => value !== null);
  return { source: connections.shown(source), settings: Object.fromEntries(merged) };
}

/** Keeps settings that have been tested. Throws `version.stale`. */
export async function changeSource(tx: Transaction, connections: SourceConnections, reference: string, settings: SourceSettings, version: number): Promise<Source> {
  const source = await stored(tx, reference);
  const type = connections.typeOf(source.type);
  const sealed = connections.seal(type, source.id, checkSettings(type, settings));
  if (!(await updateSourceRow(tx, source.id, sealed.settings, sealed.secretsSealed, version))) throw staleVersion();
  await raiseRevision(tx);
  return getSource(tx, connections, source.id);
}

/** Refused while resources stand on it (`source.in-use`, with their names), and for the node's own (`source.built-in`). Throws `version.stale`. */
export async function removeSource(tx: Transaction, reference: string, version: number): Promise<void> {
  const source = await lockSource(tx, reference, 'update');
  if (source === undefined) throw unknownSource(reference);
  if (source.name === HOSTED_SOURCE) {
    throw new DomainError('conflict', 'source.built-in', `数据源 ${source.name} 是节点内置的，不能移除；其中不用的数据表可逐一移除 (the node’s own source stays; tables that it keeps can be removed one by one)`);
  }
  if (source.version !== version) throw staleVersion();
  const users = await resourcesOf(tx, source.id);
  if (users.length > 0) {
    throw new DomainError('in-use', 'source.in-use', `数据源 ${source.name} 正被使用：${users.join('、')} (in use by these resources: remove them first)`, { details: { usedBy: users } });
  }
  await deleteSourceRow(tx, source.id);
  await raiseRevision(tx);
}

/** Throws `source.unknown`. */
export const getSource = async (on: Queryable, connections: SourceConnections, reference: string): Promise<Source> => connections.shown(await stored(on, reference));

/** In the order of their names. */
export const listSources = async (on: Queryable, connections: SourceConnections, filter: ListFilter): Promise<Source[]> =>
  (await listSourceRows(on, filter)).map((source) => connections.shown(source));

export type TablePlace = Pick<TableDescription, 'schema' | 'name'>;

/** What the source says of its tables now, in the order of schemas and names; a page is cut out of all that it says. */
export async function listTables(on: Queryable, connections: SourceConnections, reference: string, { after, limit }: { after?: TablePlace | undefined; limit: number }): Promise<readonly TableDescription[]> {
  const source = await stored(on, reference);
  const tables = (await (await connections.get(on, source.id)).describeTables()).toSorted(byPlace);
  return (after === undefined ? tables : tables.filter((table) => byPlace(table, after) > 0)).slice(0, limit);
}

const byPlace = (a: TablePlace, b: TablePlace): number => byText(a.schema, b.schema) || byText(a.name, b.name);
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Runs in the transaction that keeps a source's new state: when it begins to fail, and when it is well again. */
export type OnSourceState = (tx: Transaction, sourceId: string, state: Source['state']) => Promise<void>;

/** Probes a stored source and keeps what came of it. Throws what the probe throws. */
export async function checkSource(database: Database, connections: SourceConnections, reference: string, onState: OnSourceState): Promise<Probe> {
  const source = await stored(database, reference);
  const keep = (state: Source['state'], note: string): Promise<void> =>
    database.transaction(async (tx) => {
      if (await setSourceState(tx, source.id, state, note)) await onState(tx, source.id, state);
    });
  try {
    const probe = await (await connections.get(database, source.id)).probe();
    await keep('ok', '');
    return probe;
  } catch (error) {
    await keep('failing', error instanceof DomainError ? error.message : 'failed');
    throw error;
  }
}

/**
 * Probes one source that live products read from and that nobody has looked at for so long; several replicas take
 * different ones. False when there was none. Its failure is kept, not thrown.
 */
export async function checkNextSource(database: Database, connections: SourceConnections, olderThanSeconds: number, onState: OnSourceState): Promise<boolean> {
  const id = await claimSourceToCheck(database, olderThanSeconds);
  if (id === undefined) return false;
  await checkSource(database, connections, id, onState).catch(() => {}); // the source's state says it
  return true;
}

async function stored(on: Queryable, reference: string): Promise<StoredSource> {
  const source = await findSource(on, reference);
  if (source === undefined) throw unknownSource(reference);
  return source;
}
