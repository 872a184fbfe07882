import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { DomainError, reasonOf } from '../kernel/errors.ts';
import { readNetwork } from '../kernel/network.ts';

export const wrong = (setting: string, message: string, cause?: unknown): DomainError => new DomainError('invalid-definition', `settings.${setting}`, message, { cause });

interface Listener {
  readonly name: string;
  readonly allow?: readonly string[] | undefined;
  readonly trustedProxies: readonly string[];
  readonly tls?: Tls | undefined;
}

interface Tls {
  readonly certificate: string;
  readonly key: string;
}

/** What the form of the file cannot say of its listeners. Throws `settings.listener.name`, `settings.network`, `settings.tls`. */
export async function checkListeners(listeners: readonly Listener[]): Promise<void> {
  for (const [index, { name, allow = [], trustedProxies, tls }] of listeners.entries()) {
    if (listeners.findIndex((other) => other.name === name) < index) throw wrong('listener.name', `两个监听端口同名：${name} (two listeners of one name: products could not tell them apart)`);
    const strange = [...allow, ...trustedProxies].find((entry) => readNetwork(entry) === undefined);
    if (strange !== undefined) throw wrong('network', `监听端口 ${name}：${strange} 不是地址或 CIDR，如 10.0.0.2 或 10.0.0.0/8 (listener ${name}: neither an address nor a CIDR block, such as 10.0.0.2 or 10.0.0.0/8)`);
    if (tls !== undefined) await checkTls(name, tls);
  }
}

/** The certificates of a PEM. Throws `settings.outbound`. */
export async function readAuthorities(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw wrong('outbound', `outbound.ca 的文件 ${path} 无法读取：${reasonOf(cause)} (outbound.ca names a file that cannot be read: is it there, and may the node's user read it?)`, cause);
  });
  try {
    void new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw wrong('outbound', `outbound.ca 的文件 ${path} 不是 PEM 证书：${reasonOf(cause)} (outbound.ca is no certificate in PEM)`, cause);
  }
}

async function checkTls(listener: string, { certificate, key }: Tls): Promise<void> {
  const [cert, secret] = await Promise.all([certificate, key].map((path) => readFile(path).catch((cause: unknown) => {
    throw wrong('tls', `监听端口 ${listener} 的文件 ${path} 无法读取：${reasonOf(cause)} (listener ${listener}: this file cannot be read: is it there, and may the node's user read it?)`, cause);
  })));
  try {
    createSecureContext({ cert, key: secret });
  } catch (cause) {
    throw wrong('tls', `监听端口 ${listener} 的证书 ${certificate} 与私钥 ${key} 不可用：${reasonOf(cause)} (listener ${listener}: not a certificate chain and its key in PEM)`, cause);
  }
}

/** Throws `settings.database.url`; the URL is not told, for it holds a password. */
export function checkDatabaseUrl(url: string): void {
  if (URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol)) return;
  throw wrong('database.url', 'DATABASE_URL 应为 postgres://用户:密码@主机:端口/数据库，密码中的特殊字符须百分号编码 (DATABASE_URL is no URL postgres://user:password@host:port/database; percent-encode what is special in the password)');
}
