import { DomainError } from '../../kernel/errors.ts';
import type { Policy } from '../policy/index.ts';
import type { Incapacity, Resource } from '../resources/index.ts';
import type { ProductDefinition } from './model.ts';

type Fields = ProductDefinition['fields'];

/** Throws `source.cannot` where the resource's source cannot hash what a policy masks so (decision 10). */
export function checkMasksCapable(policy: Policy, fields: Fields, resource: Resource): void {
  const hashed = (policy.masks ?? []).flatMap(({ kind, field }) => (kind === 'hash' ? fields.filter(({ name }) => name === field) : []));
  refuse('hash', hashed, resource, '哈希脱敏需要数据库有 sha256(bytea) 函数（PostgreSQL 11 起）且允许节点账号执行；请换一种脱敏 (a mask of kind hash needs a server that has sha256(bytea) and lets the log-in execute it: choose another mask)');
}

/** Throws `source.cannot` where the source cannot write the times of fields that are printed as timestamps. */
export function checkFieldsCapable(fields: Fields, resource: Resource): void {
  refuse('instant', fields.filter(({ type }) => type === 'timestamp'), resource, '该数据库的 to_json 不按 ISO 8601 输出时间；请将字段类型设为 varchar (its to_json writes no ISO 8601: print the field as varchar)');
}

function refuse(incapacity: Incapacity, fields: Fields, resource: Resource, mending: string): void {
  const unable = new Set(resource.columns.filter(({ cannot = [] }) => cannot.includes(incapacity)).map(({ name }) => name));
  const names = fields.filter(({ column }) => unable.has(column)).map(({ name }) => name);
  if (names.length === 0) return;
  throw new DomainError('unenforceable-policy', 'source.cannot', `数据源 ${resource.sourceName} 做不到（字段 ${names.join('、')}）：${mending}`, { details: { source: resource.sourceName, fields: names, cannot: incapacity } });
}
