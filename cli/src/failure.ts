/** What the command itself refuses. `usage` ends it with exit code 2, everything else with 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly code: string;
  readonly usage: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, { usage = false, details = {}, cause }: { usage?: boolean; details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, { cause });
    this.code = code;
    this.usage = usage;
    this.details = details;
  }
}

/** The command was written wrongly: exit code 2. */
export const usageFailure = (message: string): CommandFailure => new CommandFailure('cli.usage', message, { usage: true });
