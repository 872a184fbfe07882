import { constants, createPrivateKey, privateDecrypt, type KeyObject } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { LingquProblem } from './problem.ts';

/** PKCS#8 of an SM2 key (GM/T 0006: curve 1.2.156.10197.1.301) up to its 32 bytes. */
const sm2Head = Buffer.from('308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420', 'hex');

const unwrappings: Readonly<Record<string, (wrapped: Buffer, key: KeyObject) => string>> = {
  'RSA-OAEP-256': (wrapped, key) => privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, wrapped).toString('latin1'),
  // In the ASN.1 form of GM/T 0009, as `openssl pkeyutl` reads it.
  SM2: (wrapped, key) => sm2.doDecrypt(wrapped.toString('hex'), sm2Secret(key), 1, { asn1: true }),
};

/** The 32 characters of an answer's key: as they stand, or unwrapped by the private key. */
export function openKey(key: string, keyAlg: string | undefined, privateKey: string | undefined): string {
  const opened = keyAlg === undefined ? key : unwrap(key, keyAlg, privateKey);
  if (/^[0-9A-Fa-f]{32}$/.test(opened)) return opened;
  throw keyAlg === undefined
    ? problem('agr.key', 'key 应为 32 位十六进制字符 (key should be 32 hexadecimal digits)')
    : problem('agr.key.unwrap', `${keyAlg} 解不开 key，私钥与登记的公钥不是一对，或数据被改动 (the private key does not open key: it is not the pair of the registered one, or the data was altered)`);
}

function unwrap(wrapped: string, keyAlg: string, privateKey: string | undefined): string {
  const open = Object.hasOwn(unwrappings, keyAlg) ? unwrappings[keyAlg] : undefined;
  if (open === undefined) throw problem('agr.key.algorithm', `不支持密钥封装 ${keyAlg}：应为 SM2 或 RSA-OAEP-256 (unknown keyAlg: SM2 or RSA-OAEP-256 is expected)`);
  if (privateKey === undefined) throw problem('agr.key.wrapped', `密钥以 ${keyAlg} 封装，须给出私钥 (the key is wrapped: the private key is needed)`);
  const secret = readPrivateKey(privateKey);
  try {
    return open(Buffer.from(wrapped, 'base64'), secret);
  } catch (error) {
    if (error instanceof LingquProblem) throw error;
    return ''; // told as any other key that is none
  }
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw problem('agr.private-key', '私钥无法读取：应为未加密的 PEM (the private key cannot be read: PEM without a passphrase is expected)', error);
  }
}

/** Node reads SM2 keys, and has no name and no use for them. */
function sm2Secret(key: KeyObject): string {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  if (der.subarray(0, sm2Head.length).equals(sm2Head)) return der.toString('hex', sm2Head.length, sm2Head.length + 32);
  throw problem('agr.private-key', '密钥以 SM2 封装，而私钥不是 SM2 (the key is wrapped by SM2, and the private key is of another kind)');
}

const problem = (code: string, detail: string, cause?: unknown): LingquProblem => new LingquProblem({ code, status: 0, detail }, cause === undefined ? undefined : { cause });
