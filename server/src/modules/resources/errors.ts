import { DomainError } from '../../kernel/errors.ts';

export const unknownSource = (name: string): DomainError =>
  new DomainError('not-found', 'source.unknown', `没有数据源 ${name} (no such source)`, { details: { source: name } });

export const unknownResource = (name: string): DomainError =>
  new DomainError('not-found', 'resource.unknown', `没有数据资源 ${name} (no such resource)`, { details: { resource: name } });

export const staleVersion = (): DomainError =>
  new DomainError('precondition-failed', 'version.stale', '内容已被他人修改，请重新读取后再提交 (changed by someone else: read it again, then submit)');

export const nameTaken = (what: string, name: string): DomainError =>
  new DomainError('conflict', `${what}.name.taken`, `名称 ${name} 已被使用 (the name is taken)`, { details: { name } });
