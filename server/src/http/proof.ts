import type { FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/errors.ts';
import type { Proof, SignedProof } from '../modules/identity/index.ts';
import { signedText, signingHashes, type SigningAlgorithm } from './signed-text.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** A call's body as it came, once its face has read it: what a signature covers. */
    received: Buffer | null;
  }
}

/** The four values of the national gateway's convention: headers in REST, elements in SOAP. */
export const gatewayFields = ['gjgxjhpt_rid', 'gjgxjhpt_sid', 'gjgxjhpt_rtime', 'gjgxjhpt_sign'] as const;
export type GatewayFields = Partial<Record<(typeof gatewayFields)[number], string>>;

export interface Presented {
  /** What stands wherever the face takes an appkey. */
  readonly appkeys: readonly (string | undefined)[];
  /** The gateway's values where the face takes them beside the headers. */
  readonly gateway?: GatewayFields;
}

/**
 * What a call shows of who makes it, in one way and once. Read it after the body, which a signature covers.
 * @param code the product's
 * @throws DomainError `malformed-request` for two ways at once and for what cannot be read, `gateway.service`
 */
export function proofOf(request: FastifyRequest, code: string, { appkeys, gateway = {} }: Presented): Proof {
  const proofs: Proof[] = [
    ...appkeys.flatMap((key) => (key === undefined || key === '' ? [] : [{ kind: 'appkey', key } as const])),
    ...signatureOf(request),
    ...gatewayOf(fieldsIn(request), code),
    ...gatewayOf(gateway, code),
  ];
  if (proofs.length > 1) throw new DomainError('malformed-request', 'credential.twice', '凭证只能以一种方式提供一次 (give one credential, in one place only)');
  return proofs[0] ?? { kind: 'none' };
}

const none: readonly never[] = [];

// ---- the signature ----------------------------------------------------------------------------------------------------

/** Each with what it must look like. */
const signatureHeaders = {
  'x-lq-key-id': [/^[\x21-\x7e]{1,64}$/, '签名凭证的 keyId'],
  'x-lq-time': [/^\d{13}$/, '1970 年以来的毫秒数，13 位'],
  'x-lq-nonce': [/^[A-Za-z0-9._~-]{16,64}$/, '16 至 64 位字母、数字或 . _ ~ -'],
  'x-lq-signature': [/^[A-Za-z0-9+/]{43}=$/, 'HMAC 的 Base64，44 位'],
} as const;

const signatureNames = [...Object.keys(signatureHeaders), 'x-lq-alg'];

function signatureOf(request: FastifyRequest): readonly SignedProof[] {
  const { headers } = request;
  if (!signatureNames.some((name) => headers[name] !== undefined)) return none;
  const [keyId, time, nonce, signature] = [header(request, 'x-lq-key-id'), header(request, 'x-lq-time'), header(request, 'x-lq-nonce'), header(request, 'x-lq-signature')];
  const algorithm = algorithmOf(request);
  const text = signedText({ algorithm, method: request.method, target: request.raw.url ?? '', keyId, time, nonce, body: bodyOf(request) });
  return [{ kind: 'signature', keyId, hash: signingHashes[algorithm], time: Number(time), nonce, text, signature }];
}

function header(request: FastifyRequest, name: keyof typeof signatureHeaders): string {
  const value = request.headers[name];
  const [pattern, form] = signatureHeaders[name];
  if (typeof value === 'string' && pattern.test(value)) return value;
  const fault = value === undefined ? '缺少请求头' : '请求头格式有误：';
  throw new DomainError('malformed-request', 'signature.header', `${fault} ${name}，应为${form} (the header ${name} is missing or not of its form)`, { details: { header: name } });
}

function algorithmOf(request: FastifyRequest): SigningAlgorithm {
  const given = request.headers['x-lq-alg'] ?? 'HMAC-SHA256';
  if (given === 'HMAC-SHA256' || given === 'HMAC-SM3') return given;
  throw new DomainError('malformed-request', 'signature.header', `请求头 x-lq-alg 应为 ${Object.keys(signingHashes).join(' 或 ')} (x-lq-alg names another algorithm)`, { details: { header: 'x-lq-alg' } });
}

/** A body that nobody has read is covered by no signature: its face reads it first. */
function bodyOf(request: FastifyRequest): Buffer {
  if (request.received !== null) return request.received;
  if (hasBody(request)) throw new DomainError('internal', 'signature.body', 'A signature was asked for before the body was read.');
  return Buffer.alloc(0);
}

export const hasBody = (request: FastifyRequest): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

// ---- the national gateway's convention --------------------------------------------------------------------------------

function fieldsIn(request: FastifyRequest): GatewayFields {
  const fields: GatewayFields = {};
  const { headers } = request;
  for (const name of gatewayFields) {
    const value = headers[name];
    if (typeof value === 'string') fields[name] = value;
  }
  return fields;
}

function gatewayOf(fields: GatewayFields, code: string): readonly SignedProof[] {
  if (gatewayFields.every((name) => fields[name] === undefined)) return none;
  const proof = readGateway(fields);
  if (fields.gjgxjhpt_sid === code) return [proof];
  throw new DomainError('unauthenticated', 'gateway.service', 'gjgxjhpt_sid 应为所调用的服务接口编码 (gjgxjhpt_sid must be the code of the interface that is called)');
}

/** What was signed by the convention: service, requester and time, without anything between. It knows no nonce. */
export function readGateway(fields: GatewayFields): SignedProof {
  const { gjgxjhpt_rid: keyId = '', gjgxjhpt_sid: service = '', gjgxjhpt_rtime: time = '', gjgxjhpt_sign: signature = '' } = fields;
  const readable = keyId.length <= 64 && service.length <= 64 && /^\d{13}$/.test(time) && /^[A-Za-z0-9+/]{43}=$/.test(signature);
  if (!readable) throw new DomainError('malformed-request', 'gateway.fields', `应给出 ${gatewayFields.join('、')}：请求者、服务编码、毫秒时间（13 位）、HMAC-SHA256 的 Base64 (give all four in their forms)`);
  return { kind: 'gateway', keyId, hash: 'sha256', time: Number(time), nonce: undefined, text: service + keyId + time, signature };
}
