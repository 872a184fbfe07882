import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createDatabase, dropDatabase } from './database.ts';
import { copyTemplate } from './pglite-template.ts';

const mainFile = path.resolve(import.meta.dirname, '../../src/main.ts');

export interface NodeOptions {
  /** `postgres` makes a database of its own (guard the suite with `needs('postgres')`) unless `databaseUrl` names one. */
  readonly engine: 'pglite' | 'postgres';
  /** A database that the caller made and drops: two replicas, a restart, a restored back-up. */
  readonly databaseUrl?: string;
  /** A data folder that the caller made and removes; replicas of one database share the node key in it, or by LINGQU_NODE_KEY. */
  readonly folder?: string;
  /** Comes before what the helper sets; undefined unsets. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A started node in a process of its own. */
export interface StartedNode extends AsyncDisposable {
  /** Base URLs, without a slash at the end. */
  readonly managementUrl: string;
  readonly dataUrl: string;
  /** Base URLs of all listeners by name. */
  readonly urls: Readonly<Record<string, string>>;
  /** '' where LINGQU_CONFIG switched it off. */
  readonly operatorToken: string;
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  readonly process: ChildProcess;
  /** What has come of the node's log until now, a JSON text a line; all of it after `stop` and `kill`. */
  log(): string;
  /** The first line of the log that holds `text`: it comes by a pipe, and so maybe after the answer of which it tells. */
  logged(text: string): Promise<string>;
  /** SIGTERM, and waits for the end; answers the exit code (null: by a signal). Then removes the folder and database that the helper made. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits for the end; folder and database stay until `stop`. */
  kill(): Promise<void>;
}

/**
 * Starts a real node (`server/src/main.ts`) on free ports of the loopback, without the sample unless
 * `env: { LINGQU_SAMPLE: 'on' }`. Use with `await using`, or call `stop()`. Rejects with the node's own words when it
 * does not start.
 */
export async function startNode(options: NodeOptions): Promise<StartedNode> {
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'lingqu-node-')));
  if (options.engine === 'pglite' && options.folder === undefined && options.env?.['LINGQU_SAMPLE'] !== 'on') await copyTemplate(path.join(folder, 'pg'));
  const databaseUrl = options.databaseUrl ?? (options.engine === 'postgres' ? await createDatabase() : undefined);
  const cleanUp = async (): Promise<void> => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    if (databaseUrl !== undefined && options.databaseUrl === undefined) await dropDatabase(databaseUrl);
  };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', mainFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment({ ...settings, ...(await portsBeside(options.env?.['LINGQU_CONFIG'])), DATABASE_URL: databaseUrl, LINGQU_DATA: folder, ...options.env }),
  });
  const orphan = (): boolean => child.kill('SIGKILL');
  process.once('exit', orphan);
  const ended = once(child, 'close').finally(() => process.off('exit', orphan));
  let logged = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    logged += text;
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  const stop = async (): Promise<number | null> => {
    const code = await end('SIGTERM');
    await cleanUp();
    return code;
  };
  const ready = await readyOf(child);
  if (ready === undefined) {
    await stop();
    throw new Error(`the node did not start (exit code ${child.exitCode}):\n${logged}`);
  }
  return {
    managementUrl: ready.urls['management'] ?? '',
    dataUrl: ready.urls['data'] ?? '',
    urls: ready.urls,
    operatorToken: await readFile(path.join(folder, 'operator.token'), 'utf8').then((text) => text.trim(), () => ''),
    folder,
    databaseUrl,
    process: child,
    log: () => logged,
    logged: async (text) => {
      const signal = AbortSignal.timeout(10_000);
      while (!logged.includes(text)) await once(child.stderr, 'data', { signal });
      return logged.split('\n').find((line) => line.includes(text)) ?? '';
    },
    stop,
    kill: async () => void (await end('SIGKILL')),
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

const settings = { LINGQU_SAMPLE: 'off', LINGQU_CONFIG: undefined, LINGQU_NODE_KEY: undefined, NODE_TEST_CONTEXT: undefined };

/** Free ports of the loopback, unless the configuration file names the listeners. */
async function portsBeside(file: string | undefined): Promise<Record<string, string | undefined>> {
  const named = file !== undefined && (await readFile(file, 'utf8').catch(() => '')).includes('"listeners"');
  return { LINGQU_PORT: named ? undefined : '0', LINGQU_HOST: named ? undefined : '127.0.0.1' };
}

const environment = (changes: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries({ ...process.env, ...changes }).filter(([, value]) => value !== undefined));

/** The line by which main.ts says that the node answers; undefined when the process ended without it. */
async function readyOf(child: ChildProcess): Promise<{ urls: Record<string, string> } | undefined> {
  if (child.stdout === null) return undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const json = /^灵渠 Lingqu ready (\{.*\})$/.exec(line)?.[1];
    if (json === undefined) continue;
    child.stdout.resume(); // whatever else it prints must not fill the pipe
    return JSON.parse(json) as { urls: Record<string, string> };
  }
  return undefined;
}
