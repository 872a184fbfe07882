import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import type { SourceConnections } from './connections.ts';
import { nameTaken, staleVersion, unknownSource } from './errors.ts';
import type { Source, SourceInput } from './model.ts';
import type { Probe, SourceSettings, SourceType, TableDescription } from './ports.ts';
import { deleteSourceRow, findSource, insertSource, listSourceRows, resourcesOf, setSourceState, updateSourceRow, type StoredSource } from './store.ts';

/** Settings with their defaults; throws `source.settings` naming each wrong one. */
export function checkSettings(type: SourceType, settings: SourceSettings): SourceSettings {
  const filled = Default(type.schema, structuredClone(settings)) as SourceSettings;
  const schema = Compile(type.schema);
  if (schema.Check(filled)) return filled;
  const faults = [...schema.Errors(filled)].map((fault) => `${fault.instancePath.slice(1) || 'settings'}: ${fault.message}`);
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

/** Adds a source that has been tested. The caller has tested it: a probe may not run inside a transaction. */
export async function addSource(tx: Transaction, connections: SourceConnections, input: SourceInput, ownerId: string | null): Promise<Source> {
  const type = connections.typeOf(input.type);
  const { settings, secretsSealed } = connections.seal(type, checkSettings(type, input.settings));
  if ((await findSource(tx, input.name)) !== undefined) throw nameTaken('source', input.name);
  await insertSource(tx, { id: newId(), name: input.name, type: input.type, settings, secretsSealed, ownerId });
  return shown(await stored(tx, input.name));
}

/** Settings that are not given keep their values, secrets too. */
export async function mergedSettings(on: Queryable, connections: SourceConnections, name: string, settings: SourceSettings): Promise<{ source: Source; settings: SourceSettings }> {
  const source = await stored(on, name);
  return { source: shown(source), settings: { ...connections.unseal(source), ...settings } };
}

export async function changeSource(tx: Transaction, connections: SourceConnections, name: string, settings: SourceSettings, version: number): Promise<Source> {
  const source = await stored(tx, name);
  const type = connections.typeOf(source.type);
  const sealed = connections.seal(type, checkSettings(type, settings));
  if (!(await updateSourceRow(tx, source.id, sealed.settings, sealed.secretsSealed, version))) throw staleVersion();
  await raiseRevision(tx);
  return shown(await stored(tx, name));
}

/** Refused while resources stand on it (`source.in-use`, with their names). */
export async function removeSource(tx: Transaction, name: string): Promise<void> {
  const source = await stored(tx, name);
  const users = await resourcesOf(tx, source.id);
  if (users.length > 0) {
    throw new DomainError('in-use', 'source.in-use', `数据源 ${name} 正被使用：${users.join('、')} (in use by these resources: remove them first)`, { details: { usedBy: users } });
  }
  await deleteSourceRow(tx, source.id);
  await raiseRevision(tx);
}

export async function getSource(on: Queryable, name: string): Promise<Source> {
  return shown(await stored(on, name));
}

export async function listSources(on: Queryable, after: string, limit: number): Promise<Source[]> {
  return (await listSourceRows(on, after, limit)).map(shown);
}

export async function listTables(on: Queryable, connections: SourceConnections, name: string): Promise<readonly TableDescription[]> {
  const source = await stored(on, name);
  return (await connections.get(on, source.id)).describeTables();
}

/** Probes a stored source and keeps what came of it. */
export async function checkSource(database: Database, connections: SourceConnections, name: string): Promise<Probe> {
  const source = await stored(database, name);
  try {
    const probe = await (await connections.get(database, source.id)).probe();
    await setSourceState(database, source.id, 'ok', '');
    return probe;
  } catch (error) {
    await setSourceState(database, source.id, 'failing', error instanceof DomainError ? error.message : 'failed');
    throw error;
  }
}

async function stored(on: Queryable, name: string): Promise<StoredSource> {
  const source = await findSource(on, name);
  if (source === undefined) throw unknownSource(name);
  return source;
}

const shown = ({ secretsSealed: _sealed, ...source }: StoredSource): Source => source;
