import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const door = path.resolve(import.meta.dirname, '../../bin/lingqu.js');

/** What a command said, and how it ended. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What stands in the environment beside PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** What comes in by stdin. */
  readonly input?: string;
}

/** Runs the real command, by its door, in a process of its own without a terminal. */
export async function lingqu(args: readonly string[], { env, input = '' }: CommandOptions): Promise<Said> {
  const child = spawn(process.execPath, [door, ...args], { env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env }, stdio: 'pipe' });
  child.stdin.on('error', () => {}); // a command that reads nothing may have ended already
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close') as Promise<[number | null]>]);
  return { code, stdout, stderr };
}

/** The command with one environment, for suites that run it many times. */
export const lingquWith =
  (env: Readonly<Record<string, string>>) =>
  (args: string, input = ''): Promise<Said> =>
    lingqu(wordsOf(args), { env, input });

/** Splits as a shell does, single quotes included. */
const wordsOf = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
