import { DomainError } from '../../kernel/errors.ts';

export const unknownSource = (name: string): DomainError =>
  new DomainError('not-found', 'source.unknown', `没有数据源 ${name} (no such source)`, { details: { source: name } });

export const unknownResource = (name: string): DomainError =>
  new DomainError('not-found', 'resource.unknown', `没有数据资源 ${name} (no such resource)`, { details: { resource: name } });

/** Decision 33: whole or an error, never a silent cut. */
export const resultTooLarge = (cap: number): DomainError =>
  new DomainError('result-too-large', 'result.too-large', `结果超过 ${cap} 行，请使用分页参数 pageNum、pageSize 或缩小查询范围 (more than ${cap} rows: page with pageNum and pageSize, or narrow the query)`, {
    details: { cap },
  });

export const staleVersion = (): DomainError =>
  new DomainError('precondition-failed', 'version.stale', '内容已被他人修改，请重新读取后再提交 (changed by someone else: read it again, then submit)');

export const nameTaken = (what: string, name: string): DomainError =>
  new DomainError('conflict', `${what}.name.taken`, `名称 ${name} 已被使用 (the name is taken)`, { details: { name } });
