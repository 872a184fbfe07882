import { createDecipheriv, type Decipheriv } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { inflate } from './agr-inflate.ts';
import { openKey } from './agr-key.ts';
import { LingquProblem } from './problem.ts';

export interface DecodeOptions {
  /** PEM of the private key, RSA or SM2, for answers whose key is wrapped. */
  readonly privateKey?: string;
  /** Most bytes of what a compressed answer may inflate to; 256 MiB where absent. */
  readonly maxBytes?: number;
}

const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Opens an answer of AGR's annex B, ours or another platform's: SM4, AES or DES over Gzip, Deflate or nothing. Gives the
 * JSON inside as text, every digit as it was sent. Throws `LingquProblem` with a code `agr.…` that says what is wrong.
 */
export function decodeAgr(answer: string, { privateKey, maxBytes = MOST_BYTES }: DecodeOptions = {}): string {
  const data = dataOf(answer);
  const encData = textOf(data, 'encData');
  const content = encData === undefined ? exactText(data) : decrypt(data, encData, privateKey);
  const inner = parse(content, 'agr.content', '解密后的内容不是 JSON，密钥或数据有误 (what was decrypted is not JSON: the key or the data is wrong)');
  const compressed = textOf(inner, 'compressStr');
  if (compressed === undefined) return content;
  const text = utf8(inflate(bytesOf(compressed, 'compressStr'), textOf(inner, 'compressionAlgorithm') ?? '', maxBytes));
  parse(text, 'agr.content', '解压后的内容不是 JSON (what was decompressed is not JSON)');
  return text;
}

/** `data` of an envelope that says that all is well. */
function dataOf(answer: string): unknown {
  const envelope = parse(answer, 'agr.envelope', '不是 JSON：应为附录 B 的返回 (not JSON: an answer of annex B is expected)', exactNumber);
  const code = member(envelope, 'code');
  if (code === undefined) throw problem('agr.envelope', '没有 code：应为附录 B 的返回 code/msg/dev/data/timestamp (no code: an answer of annex B is expected)');
  if (exactText(code) !== '0' && code !== '0') {
    throw problem('agr.refused', `调用失败，code ${exactText(code)}：${textOf(envelope, 'msg') ?? ''} ${textOf(envelope, 'dev') ?? ''} (the call failed)`);
  }
  const data = member(envelope, 'data');
  if (data !== undefined && data !== null) return data;
  throw problem('agr.envelope', '返回中没有 data (the answer has no data)');
}

// ---- decryption -------------------------------------------------------------------------------------------------------

const iv8 = '12345678';
const iv16 = '1234567812345678';

/** What each cipher makes of the 32 characters; all in CBC with PKCS#7. */
const ciphers: Readonly<Record<string, (key: string) => Decipheriv>> = {
  SM4: (key) => createDecipheriv('sm4-cbc', Buffer.from(key, 'hex'), iv16),
  AES: (key) => createDecipheriv('aes-256-cbc', Buffer.from(key, 'latin1'), iv16),
  // OpenSSL keeps single DES locked away: triple DES with one key thrice is the same.
  DES: (key) => createDecipheriv('des-ede3-cbc', Buffer.from(key.slice(0, 8).repeat(3), 'latin1'), iv8),
};

function decrypt(data: unknown, encData: string, privateKey: string | undefined): string {
  const encType = textOf(data, 'encType') ?? '';
  const decipherOf = Object.hasOwn(ciphers, encType.toUpperCase()) ? ciphers[encType.toUpperCase()] : undefined;
  if (decipherOf === undefined) throw problem('agr.cipher', `不支持加密算法 ${encType || '（无）'}：应为 SM4、AES 或 DES (unknown encType: SM4, AES or DES is expected)`);
  const key = openKey(textOf(data, 'key') ?? '', textOf(data, 'keyAlg'), privateKey);
  const bytes = bytesOf(encData, 'encData');
  try {
    const decipher = decipherOf(key);
    return utf8(Buffer.concat([decipher.update(bytes), decipher.final()]));
  } catch (error) {
    if (error instanceof LingquProblem) throw error;
    throw problem('agr.decrypt', `${encType} 解密失败，数据被截断、改动，或密钥不符 (decryption failed: the data was cut or altered, or the key is another's)`, error);
  }
}

/** Blanks and line breaks are skipped: the printed sample has one. */
function bytesOf(base64: string, where: string): Buffer {
  const text = base64.replaceAll(/\s/g, '');
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  throw problem('agr.base64', `${where} 不是 Base64 (${where} is not Base64)`);
}

function utf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw problem('agr.content', '内容不是 UTF-8，密钥或数据有误 (the content is not UTF-8: the key or the data is wrong)');
}

// ---- JSON -------------------------------------------------------------------------------------------------------------

type Reviver = (name: string, value: unknown, context?: { readonly source?: string }) => unknown;

declare global {
  interface JSON {
    /** ES2026: a value that `stringify` writes as it stands. */
    rawJSON(text: string): unknown;
  }
}

/** A number keeps all its digits, which a double would not. */
const exactNumber: Reviver = (_name, value, context) => (typeof value === 'number' && context?.source !== undefined ? JSON.rawJSON(context.source) : value);

const exactText = (value: unknown): string => JSON.stringify(value);

function parse(text: string, code: string, detail: string, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw problem(code, detail, error);
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

function textOf(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}

const problem = (code: string, detail: string, cause?: unknown): LingquProblem => new LingquProblem({ code, status: 0, detail }, cause === undefined ? undefined : { cause });
