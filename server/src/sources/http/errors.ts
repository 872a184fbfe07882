import { DomainError } from '../../kernel/errors.ts';

const unavailable = (code: string, message: string, cause?: unknown): DomainError => new DomainError('source-unavailable', `upstream.${code}`, message, { cause });

export const redirected = (status: number): DomainError =>
  unavailable('redirect', '上游服务要求跳转，不予跟随 (the upstream redirects, which is not followed)', new Error(`status ${status}`));

/** `excerpt` is of the answer's body, for the operator. */
export const badStatus = (status: number, excerpt: string): DomainError =>
  new DomainError('source-unavailable', 'upstream.status', `上游服务返回错误状态 ${status} (the upstream answered with status ${status})`, { details: { status }, cause: new Error(`status ${status}: ${excerpt}`) });

export const encoded = (coding: string): DomainError =>
  unavailable('encoding', '上游服务的应答被压缩，而请求并未允许 (the upstream compressed its answer although it was asked not to)', new Error(coding.slice(0, 100)));

export const resting = (): DomainError => unavailable('resting', '上游服务连续失败，暂停调用，请稍后重试 (the upstream failed repeatedly and is left alone for a while: try again later)');

export const unreadable = (cause: unknown): DomainError => unavailable('unreadable', '上游服务的应答无法解析 (the upstream\'s answer cannot be read)', cause);

/** The answer says itself that the call failed; what it says is for the operator. */
export const refusedByUpstream = (what: string): DomainError => unavailable('refused', '上游服务返回业务错误 (the upstream says that the call failed)', new Error(what.slice(0, 500)));

export const unknownOperation = (name: string): DomainError =>
  new DomainError('source-changed', 'source.changed', '数据源结构已变化，服务暂不可用，已通知管理员 (the source has changed: its operator has been told)', { cause: new Error(`no operation ${name}`) });

export const relayOnly = (name: string): DomainError =>
  new DomainError('invalid-definition', 'upstream.relay-only', '该操作未描述应答的结构，只能原样转发 (the operation\'s answer is not described: it can only be relayed)', { cause: new Error(name) });

export const badInput = (name: string, why: string): DomainError =>
  new DomainError('invalid-parameter', 'upstream.input', `参数 ${name} 的值无法传给上游服务：${why}`, { details: { parameter: name } });
