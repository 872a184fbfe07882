import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import type { SourceConnections } from './connections.ts';
import type { Resource } from './model.ts';
import type { ColumnDescription, TableDescription } from './ports.ts';
import { queriesOf } from './queries.ts';
import type { Query } from './query.ts';
import { checkKey, getResource, holdResource } from './resources.ts';
import { updateResourceColumns } from './store.ts';
import { addNotice } from './store-notices.ts';

/** What a resource's table is now, and what of the known columns is no longer so. */
export interface Findings {
  readonly resource: Resource;
  readonly now: TableDescription | undefined;
  readonly changes: readonly string[];
}

/** Reads the table or the query of a resource again; not inside a transaction. */
export async function lookAgain(on: Queryable, connections: SourceConnections, reference: string): Promise<Findings> {
  const resource = await getResource(on, reference);
  if (resource.table.query !== undefined) return lookAtQuery(on, connections, resource, resource.table.query);
  const tables = await (await connections.get(on, resource.sourceId)).describeTables();
  const now = tables.find((table) => table.name === resource.table.name && table.schema === resource.table.schema);
  const changes = now === undefined ? [`表 ${resource.table.name} 已消失 (the table vanished)`] : drift(resource.columns, now.columns);
  return { resource, now, changes };
}

async function lookAtQuery(on: Queryable, connections: SourceConnections, resource: Resource, query: Query): Promise<Findings> {
  try {
    const now = { ...(await (await queriesOf(on, connections, resource.sourceId)).describe(query)), name: resource.name };
    return { resource, now, changes: drift(resource.columns, now.columns) };
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'invalid-definition') throw error;
    return { resource, now: undefined, changes: [error.message] };
  }
}

/** What of the known columns is no longer so; new columns are no drift. */
export function drift(known: readonly ColumnDescription[], now: readonly ColumnDescription[]): string[] {
  return known.flatMap((column) => {
    const current = now.find((each) => each.name === column.name);
    if (current === undefined) return [`列 ${column.name} 已消失 (column ${column.name} vanished)`];
    return current.type === column.type ? [] : [`列 ${column.name} 由 ${column.native} 变为 ${current.native} (column ${column.name} was ${column.native}, is ${current.native})`];
  });
}

/**
 * Keeps what was found. Where columns vanished or changed type, the resource stays as products know it and the
 * operators get a notice; `accept` takes the table as it is now, and products are mended afterwards.
 * Throws `resource.table.vanished`, `resource.key.unknown`. Answers undefined when there was nothing to keep.
 */
export async function keepFindings(tx: Transaction, { resource: { id }, now, changes }: Findings, accept: boolean): Promise<Resource | undefined> {
  const resource = await holdResource(tx, id);
  if (accept && now === undefined) throw new DomainError('conflict', 'resource.table.vanished', `${resource.name} 的表已消失或查询已不可用，无法接受 (the table vanished, or the query is refused: there is nothing to accept)`);
  const adopted = now !== undefined && (accept || changes.length === 0) ? now : undefined;
  const notice = adopted === undefined ? changes.join('; ') : '';
  const columns = adopted?.columns ?? resource.columns;
  if (notice === resource.notice && isDeepStrictEqual(columns, resource.columns)) return undefined;
  if (adopted !== undefined) checkKey(adopted, resource.key);
  await updateResourceColumns(tx, resource.id, columns, resource.key, notice);
  if (notice !== '') await addNotice(tx, newId(), 'source-changed', resource.name, notice);
  await raiseRevision(tx);
  return getResource(tx, id);
}
