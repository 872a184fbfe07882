import type { ErrorKind } from '../../kernel/errors.ts';
import type { AgrCode } from './envelope.ts';

/** What a kind of error is on AGR's wire: one of the codes of table C2, and for `dev` how to mend it (decision 15). */
interface AgrError {
  readonly code: AgrCode;
  readonly dev: string;
}

/** 401 is 登陆异常: the applyKey opens nothing here, and another could. */
const logIn = (dev: string): AgrError => ({ code: 401, dev });
const other = (dev: string): AgrError => ({ code: 500, dev });

const request = other('请按 msg 修改请求参数 (mend the request as msg says)');
const paging = other('请用 pageNum、pageSize 分页，或缩小查询范围 (page by pageNum and pageSize, or ask for less)');
const quota = other('请等待限额恢复，或联系提供方调整限额 (wait for the quota, or ask the provider for more)');
const later = other('请稍后重试 (try again later)');
const operator = other('请将错误编号告知节点管理员 (give the error ID to the node’s operator)');
const product = other('请核对 interfaceId，或联系提供方 (look at interfaceId, or ask the provider)');
const terms = other('请按 msg 处理，或联系提供方调整授权 (do as msg says, or ask the provider for other terms)');
const renewal = logIn('请联系提供方授权，或续期 (ask the provider for a grant, or to renew it)');

export const agrErrors: Readonly<Record<ErrorKind, AgrError>> = {
  'malformed-request': request,
  'invalid-parameter': request,
  'parameter-too-long': request,
  'missing-parameter': request,
  'unknown-parameter': request,
  'too-large': request,
  'unsupported-media-type': other('POST 请使用 application/x-www-form-urlencoded 或 application/json (POST a form or JSON)'),
  'not-acceptable': request,
  'method-not-allowed': other('请使用 GET 或 POST (use GET or POST)'),
  unauthenticated: logIn('请以参数 applyKey 给出有效的申请码 (give a valid key as the parameter applyKey)'),
  'credential-expired': logIn('请换发申请码 (have a new key issued)'),
  'grant-expired': renewal,
  'not-granted': renewal,
  'address-not-allowed': logIn('请从授权的地址调用 (call from an address that the grant allows)'),
  'denied-by-policy': terms,
  forbidden: terms,
  locked: terms,
  'unknown-product': product,
  'product-unavailable': product,
  'result-too-large': paging,
  'page-too-deep': paging,
  'quota-product': quota,
  'quota-grant': quota,
  'quota-daily': quota,
  'quota-rate': quota,
  concurrency: later,
  busy: later,
  timeout: later,
  'source-unavailable': later,
  'source-changed': later,
  interrupted: later,
  internal: operator,
  'not-found': operator,
  conflict: operator,
  'in-use': operator,
  'precondition-failed': operator,
  'precondition-required': operator,
  'unenforceable-policy': operator,
  'invalid-definition': operator,
};
