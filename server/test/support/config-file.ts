import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A configuration file for LINGQU_CONFIG, gone when it is disposed. */
export async function configFile(config: object): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-config-'));
  const file = path.join(folder, 'lingqu.yaml');
  await writeFile(file, JSON.stringify(config)); // YAML's flow style
  return { path: file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export interface ListenerInput {
  readonly name: string;
  readonly serves?: 'management' | 'data';
  readonly [other: string]: unknown;
}

/** Listeners on free ports of the loopback; the management listener is added. */
export const listenersOf = (...listeners: readonly ListenerInput[]): object[] =>
  [{ name: 'management', serves: 'management' }, ...listeners].map((listener) => ({ serves: 'data', address: '127.0.0.1', port: 0, ...listener }));
