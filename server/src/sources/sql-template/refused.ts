import { DomainError } from '../../kernel/errors.ts';

/** A query that its operator has to mend; the message says how. */
export const refusedQuery = (code: string, message: string, cause?: unknown): DomainError =>
  new DomainError('invalid-definition', code, message, cause === undefined ? {} : { cause });

export const noQueryLogIn = (): DomainError =>
  refusedQuery('query.log-in.missing', '数据源没有查询专用账号，请先设置 queryUser、queryPassword (the source has no log-in for queries: set queryUser and queryPassword)');
