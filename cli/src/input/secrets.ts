import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { CommandFailure, usageFailure } from '../failure.ts';
import type { Say } from '../language.ts';

/** What comes in through stdin, a line at a time; it is read once, when first asked for. */
export class StandardInput {
  readonly #stdin: NodeJS.ReadStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #say: Say;
  #lines: Promise<string[]> | undefined;

  constructor(stdin: NodeJS.ReadStream, stderr: NodeJS.WriteStream, say: Say) {
    this.#stdin = stdin;
    this.#stderr = stderr;
    this.#say = say;
  }

  /** Whether somebody is there to be asked. */
  get terminal(): boolean {
    return this.#stdin.isTTY;
  }

  /** All of it, where a document comes in. */
  whole(): Promise<string> {
    return textOf(this.#stdin);
  }

  /** The next line of a stdin that is no terminal. */
  async line(what: string): Promise<string> {
    this.#lines ??= readLines(this.#stdin);
    const line = (await this.#lines).shift();
    if (line === undefined || line === '') throw usageFailure(this.#say(`标准输入中没有${what}`, `stdin holds no ${what}`));
    return line;
  }

  /** Asks at the terminal. */
  async ask(label: string): Promise<string> {
    this.#assertTerminal(label);
    const terminal = createInterface({ input: this.#stdin, output: this.#stderr });
    return question(terminal, `${label}: `, this.#say);
  }

  /** Asks at the terminal without showing what is typed. */
  async askSecret(label: string): Promise<string> {
    this.#assertTerminal(label);
    const nowhere = new Writable({ write: (_chunk, _encoding, written) => written() });
    const terminal = createInterface({ input: this.#stdin, output: nowhere, terminal: true });
    this.#stderr.write(`${label}: `);
    const answer = await question(terminal, '', this.#say);
    this.#stderr.write('\n');
    return answer;
  }

  /** A secret by stdin where `--…-stdin` says so, else asked for at the terminal. */
  secret(fromStdin: boolean | undefined, label: string): Promise<string> {
    return fromStdin === true ? this.line(label) : this.askSecret(label);
  }

  #assertTerminal(label: string): void {
    if (this.#stdin.isTTY) return;
    throw usageFailure(this.#say(`需要${label}，但没有终端可以询问：请用 --help 中的 …-stdin 或 …-file 选项`, `${label} is needed and there is no terminal to ask at: see the …-stdin or …-file options in --help`));
  }
}

async function question(terminal: ReturnType<typeof createInterface>, label: string, say: Say): Promise<string> {
  const given = new AbortController();
  terminal.once('SIGINT', () => given.abort());
  terminal.once('close', () => given.abort());
  try {
    return await terminal.question(label, { signal: given.signal });
  } catch (error) {
    throw new CommandFailure('cli.cancelled', say('已取消', 'cancelled'), { cause: error });
  } finally {
    terminal.close();
  }
}

async function readLines(stdin: NodeJS.ReadStream): Promise<string[]> {
  return (await textOf(stdin)).split(/\r?\n/);
}

/** A secret that stands alone in a file. */
export async function secretFile(path: string, say: Say): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`读不到文件 ${path}`, `cannot read ${path}`), { cause: error });
  });
  const secret = text.trim();
  if (secret === '') throw new CommandFailure('cli.file', say(`文件 ${path} 是空的`, `${path} is empty`));
  return secret;
}
