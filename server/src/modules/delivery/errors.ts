import { DomainError } from '../../kernel/errors.ts';
import type { AuthenticationMethod } from '../identity/index.ts';

/** One answer for every credential that is missing, unknown, wrong or not in force; `cause` is for the operator. */
export const unauthenticated = (cause?: string): DomainError =>
  new DomainError('unauthenticated', 'credential.invalid', '授权码或签名无效，请检查后重试 (the credential is missing or not valid: check it)', cause === undefined ? {} : { cause: new Error(cause) });
export const otherMethod = (methods: readonly AuthenticationMethod[]): DomainError =>
  new DomainError('unauthenticated', 'credential.method', `该服务接口的鉴权方式为 ${methods.join('、')} (this interface is called by ${methods.join(' or ')})`, { details: { methods } });
export const unknownProduct = (code: string): DomainError =>
  new DomainError('unknown-product', 'product.unknown', `没有可用的服务接口 ${code.slice(0, 64)} (no such service interface here)`);
export const notGranted = (): DomainError => new DomainError('not-granted', 'grant.none', '未获授权或授权已终止，请先申请 (no grant in force for this service interface: apply for it)');
export const productChanged = (): DomainError => new DomainError('interrupted', 'product.changed', '服务接口已更新，请重新获取 (the service interface has changed: fetch it again)');
export const callerGone = (): DomainError => new DomainError('interrupted', 'client.gone', '调用方已断开 (the caller has gone)');
export const tooSlow = (ms: number): DomainError => new DomainError('timeout', 'call.deadline', `处理超过 ${ms / 1000} 秒，请缩小查询范围 (took longer than ${ms / 1000} s: narrow the query)`);
export const journalLate = (): DomainError => new DomainError('busy', 'journal.late', '日志暂时无法写入，请稍后重试 (the journal cannot be written now: try again later)');
export const cannotRelay = (): DomainError =>
  new DomainError('not-acceptable', 'relay.face', '该服务接口原样转发上游应答，本协议无法承载，请改用 SEA 或 GOV 接口 (it hands over what its source answers, which this face cannot carry: use the face of SEA or GOV)');
export const nothingToRelay = (): DomainError => new DomainError('product-unavailable', 'relay.source', '数据源不支持原样转发，请联系数据提供方 (the source has no answers of its own to hand over: ask the provider)');
