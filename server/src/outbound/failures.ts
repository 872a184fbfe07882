import { errors } from 'undici';
import { DomainError, type ErrorKind } from '../kernel/errors.ts';

interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
}

const unreachable: Meaning = { kind: 'source-unavailable', code: 'upstream.unreachable', message: '无法连接上游服务，请稍后重试 (the upstream cannot be reached: try again later)' };
const connectTimeout: Meaning = { kind: 'timeout', code: 'upstream.connect-timeout', message: '连接上游服务超时，请稍后重试 (connecting to the upstream took too long: try again later)' };
const headTimeout: Meaning = { kind: 'timeout', code: 'upstream.head-timeout', message: '上游服务未在限时内应答，请稍后重试 (the upstream did not answer in time: try again later)' };
const idle: Meaning = { kind: 'timeout', code: 'upstream.idle', message: '上游服务中途停止发送 (the upstream stopped sending)' };
const slow: Meaning = { kind: 'timeout', code: 'upstream.slow', message: '上游服务发送过慢 (the upstream sends too slowly)' };
const reset: Meaning = { kind: 'source-unavailable', code: 'upstream.reset', message: '上游服务中断了连接，请稍后重试 (the upstream broke the connection off: try again later)' };
const short: Meaning = { kind: 'interrupted', code: 'upstream.short', message: '上游服务的应答不完整，请重新获取 (the upstream\'s answer ended before its end: fetch it again)' };
const malformed: Meaning = { kind: 'source-unavailable', code: 'upstream.malformed', message: '上游服务的应答不合 HTTP 规范 (the upstream\'s answer is not valid HTTP)' };
const certificate: Meaning = { kind: 'source-unavailable', code: 'upstream.certificate', message: '上游服务的证书无法通过校验 (the upstream\'s certificate cannot be verified)' };
const tls: Meaning = { kind: 'source-unavailable', code: 'upstream.tls', message: '与上游服务的 TLS 握手失败 (the TLS handshake with the upstream failed)' };
const busy: Meaning = { kind: 'busy', code: 'upstream.busy', message: '上游服务的并发已满，请稍后重试 (too many calls of the upstream at this time: try again later)' };

const meanings: Readonly<Record<string, Meaning>> = {
  UND_ERR_CONNECT_TIMEOUT: connectTimeout,
  ETIMEDOUT: connectTimeout,
  UND_ERR_HEADERS_TIMEOUT: headTimeout,
  UND_ERR_BODY_TIMEOUT: idle,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: short,
  UND_ERR_HEADERS_OVERFLOW: malformed,
  ECONNRESET: reset,
  EPIPE: reset,
};

/** Codes of OpenSSL's verification, as Node gives them. */
const ofCertificate = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|HOSTNAME_MISMATCH|INVALID_CA|CRL/;

/** What a failure of a call to an upstream means; `begun` once its answer had. The cause, with its addresses, stays with the operator. */
export function outboundFailure(error: unknown, begun: boolean): DomainError {
  if (error instanceof DomainError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const { kind, code: name, message } = error instanceof errors.HTTPParserError ? malformed : meaningOf(code, begun);
  return new DomainError(kind, name, message, { cause: error });
}

function meaningOf(code: string, begun: boolean): Meaning {
  const known = meanings[code];
  if (known === reset && begun) return short;
  if (known !== undefined) return known;
  if (code === 'UND_ERR_SOCKET') return begun ? short : reset; // closed by the other side
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS_PROTOCOL')) return tls;
  return ofCertificate.test(code) ? certificate : unreachable;
}

const errorOf = ({ kind, code, message }: Meaning, cause?: unknown): DomainError => new DomainError(kind, code, message, { cause });

/** What a deadline says of an upstream that it found awaited: for a connection to be free, for the head, for the body. */
export function lateUpstream(deadline: Error, { sent, begun, received }: { readonly sent: boolean; readonly begun: boolean; readonly received: number }): DomainError {
  if (!sent) return crowdedUpstream(deadline);
  return errorOf(!begun ? headTimeout : received === 0 ? idle : slow, deadline);
}

export const crowdedUpstream = (cause?: unknown): DomainError => errorOf(busy, cause);
export const tooLargeAnswer = (bytes: number): DomainError =>
  new DomainError('result-too-large', 'upstream.too-large', `上游服务的应答超过 ${bytes} 字节，请缩小查询范围 (the upstream's answer is too large: narrow the query)`, { details: { maxBytes: bytes } });

export const tooSlowUpstream = (): DomainError => errorOf(slow);
export const endlessAnswer = (): DomainError =>
  new DomainError('source-unavailable', 'upstream.length', '上游服务的应答既无长度也不分块，无法判断是否完整 (the upstream\'s answer has neither length nor chunks: whether it is whole cannot be told)');
