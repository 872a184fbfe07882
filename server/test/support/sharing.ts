import assert from 'node:assert/strict';
import { manage, type Asking, type Json } from './management.ts';
import type { StartedNode } from './node.ts';

/** Asks the management API as the operator, or under `asking.token`; fails with the problem's own words unless it succeeds. */
export async function make(node: StartedNode, method: string, path: string, asking: Asking = {}): Promise<Json> {
  const { status, body } = await manage(node)(method, path, asking);
  assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** What the management API answers to one who is refused; fails where he is not. */
export async function refusal(node: StartedNode, method: string, path: string, asking: Asking = {}): Promise<{ status: number; code: string; detail: string; details: Json }> {
  const { status, body } = await manage(node)(method, path, asking);
  assert.ok(status >= 400, `${method} ${path}: ${status}, though it should be refused: ${JSON.stringify(body)}`);
  return { status, code: body.code, detail: body.detail, details: body.details };
}

export interface Holder {
  readonly id: string;
  readonly name: string;
  readonly appkey: string;
}

/** A subject with a key. */
export async function newHolder(node: StartedNode, name: string): Promise<Holder> {
  const { id } = await make(node, 'POST', '/subjects', { body: { name, kind: 'application', unit: '市应急管理局' } });
  const { secret: appkey } = await make(node, 'POST', `/subjects/${id}/credentials`, { body: {} });
  return { id, name, appkey };
}

/** The settings of a source by a connection URL. */
export function settingsOf(databaseUrl: string): Record<string, unknown> {
  const { hostname, port, pathname, username, password } = new URL(databaseUrl);
  return { host: hostname, port: Number(port || 5432), database: pathname.slice(1), user: username, password };
}

export const addPostgres = (node: StartedNode, databaseUrl: string, name = 'ocean'): Promise<Json> =>
  make(node, 'POST', '/sources', { body: { name, type: 'postgres', settings: settingsOf(databaseUrl) } });

/** Imports CSV into a hosted table and describes it as a resource of the same name. */
export async function hostTable(node: StartedNode, name: string, csv: string, columns: readonly { readonly name: string; readonly type?: string }[] = []): Promise<Json> {
  const query = new URLSearchParams({ name, columns: JSON.stringify(columns) });
  await make(node, 'POST', `/imports?${query.toString()}`, { body: csv, headers: { 'content-type': 'text/csv' } });
  return make(node, 'POST', '/resources', { body: { name, source: 'hosted', table: name } });
}

export interface FieldInput {
  readonly name: string;
  readonly column?: string;
  readonly type: string;
  readonly sensitive?: boolean;
  readonly required?: boolean;
}

export interface ParameterInput {
  readonly name: string;
  readonly column: string;
  readonly operator: 'eq' | 'like' | 'in' | 'range-start' | 'range-end';
  readonly required?: boolean;
}

export interface ProductInput {
  readonly resource: string;
  readonly fields?: readonly FieldInput[];
  readonly parameters?: readonly ParameterInput[];
  readonly [other: string]: unknown;
}

const provider = { name: '市海洋局', code: '440300' };

export const definitionOf = ({ fields = [], ...rest }: ProductInput): Json => ({
  provider,
  name: rest['kind'] === 'verify' ? '市海洋局潮位观测数据核验' : '市海洋局潮位观测数据查询',
  serviceClass: rest['kind'] === 'verify' ? 'verify' : 'query',
  ...rest,
  fields: fields.map((field) => ({ column: field.name, ...field })),
});

/** Makes a product and publishes it. */
export async function publish(node: StartedNode, code: string, input: ProductInput): Promise<Json> {
  const draft = await make(node, 'POST', '/products', { body: { code, definition: definitionOf(input) } });
  return make(node, 'POST', `/products/${code}/publish`, { etag: `"${draft.version}"` });
}

export const giveGrant = (node: StartedNode, subject: string, product: string, policy: Json = {}, period: Json = {}): Promise<Json> =>
  make(node, 'POST', '/grants', { body: { subject, product, terms: { policy, ...period } } });

/** Records of one request, oldest first. */
export async function journalOf(node: StartedNode, requestId: string): Promise<Json[]> {
  const { items } = await make(node, 'GET', `/journal?requestId=${requestId}`);
  return items.toReversed();
}
