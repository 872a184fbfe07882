import { progressOn, type Progress } from './progress.ts';

/**
 * The one place by which a command says something. Under `--json` stdout carries one JSON value and nothing else; what is
 * meant for people goes to stderr, and there only where it is not JSON that is wanted.
 */
export class Output {
  readonly json: boolean;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;

  constructor(json: boolean, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** The command's result: called once. */
  show(value: unknown, human: () => string): void {
    this.showJson(() => JSON.stringify(value), human);
  }

  /** As `show`, of a value that is JSON text already. */
  showJson(json: () => string, human: () => string): void {
    this.#stdout.write(`${this.json ? json() : human()}\n`);
  }

  /** Bytes as they come, for commands whose result is a file. */
  get raw(): NodeJS.WriteStream {
    return this.#stdout;
  }

  /** An aside for people. */
  note(text: string): void {
    if (!this.json) this.#stderr.write(`${text}\n`);
  }

  /** Why the command failed: one JSON problem, or words. */
  fail(problem: Readonly<Record<string, unknown>>, human: string): void {
    this.#stderr.write(`${this.json ? JSON.stringify(problem) : human}\n`);
  }

  progress(label: string, total: number, show: (done: number) => string): Progress {
    return progressOn(this.#stderr, !this.json, label, total, show);
  }
}
