import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Json } from './management.ts';
import type { StartedNode } from './node.ts';
import { make } from './sharing.ts';

/** Runs one of the programs here that know nothing of ours: JSON in, JSON out. */
function python(script: string, order: object): Promise<Json> {
  const { promise, resolve, reject } = Promise.withResolvers<Json>();
  const child = execFile('python3', [path.join(import.meta.dirname, script)], (error, output, complaints) => {
    if (error === null) resolve(JSON.parse(output));
    else reject(new Error(`${script}: ${complaints}`, { cause: error }));
  });
  child.stdin?.end(JSON.stringify(order));
  return promise;
}

export interface KeyPair {
  readonly id: string;
  readonly keyId: string;
  readonly secret: string;
}

/** Issues, or rotates to, a credential that signs. */
export async function newPair(node: StartedNode, subject: string, wish: Json = { kind: 'signature' }, how = ''): Promise<KeyPair> {
  const { secret, credential } = await make(node, 'POST', `/subjects/${subject}/credentials${how}`, { body: wish });
  return { id: credential.id, keyId: credential.keyId, secret };
}

export interface ToSign {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly body?: string | Buffer;
  readonly algorithm?: string;
  readonly time?: number;
  readonly nonce?: string;
}

export type Headers = Record<string, string>;

/** The headers of a call, made by python3 (sign.py). */
export async function signed({ keyId, secret }: KeyPair, { method = 'GET', query = '', body = '', ...rest }: ToSign): Promise<Headers> {
  return (await python('sign.py', { keyId, secret, method, query, body: Buffer.from(body).toString('base64'), ...rest })).headers;
}

/** The four values of the national gateway's convention (gateway.py). */
export const gatewaySigned = (secret: string, rid: string, sid: string, rtime = Date.now()): Promise<Headers> => python('gateway.py', { do: 'sign', secret, rid, sid, rtime });

export const openDailySecret = async (appKey: string, cipher: string, secret: string): Promise<string> => (await python('gateway.py', { do: 'open', appKey, cipher, secret })).secret;

/** The script of docs/guides/consumer.md, letter by letter, run by sh. */
export async function callByGuide(env: Readonly<Record<string, string>>): Promise<Json> {
  const guide = await readFile(path.resolve(import.meta.dirname, '../../../docs/guides/consumer.md'), 'utf8');
  const script = /```sh\n(# sign\.sh[^]*?)```/.exec(guide)?.[1] ?? '';
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}
