import pino, { type Logger } from 'pino';
import { startNode, type Node } from './compose.ts';
import { readSettings } from './config/settings.ts';
import { DomainError } from './kernel/errors.ts';

/** Runs the node until a signal ends it. Exit codes: 0 asked to stop, 1 could not start, 2 wrong settings. */
export async function serve(): Promise<void> {
  try {
    const settings = await readSettings(process.env);
    const logger = pino({ level: settings.logLevel, redact: redactedPaths }, pino.destination({ fd: 2, sync: false }));
    const node = await startNode(settings, logger, showProgress(process.stderr));
    if (node.administrator !== null) process.stdout.write(administratorLines(node.administrator));
    process.stdout.write(readyLine({ urls: node.urls, folder: settings.folder, pid: process.pid }));
    void tellSample(node.sampleCall);
    if (!process.stdin.isTTY) process.on('SIGHUP', () => void addExterns(node, logger)); // of a terminal it means that it was closed
    const stop = (): void => {
      process.once('SIGINT', () => process.exit(1)); // asked twice: at once
      void node.close().then(() => process.exit(0));
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    process.stderr.write(`${error instanceof DomainError ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
    process.exit(error instanceof DomainError && error.code.startsWith('settings.') ? 2 : 1);
  }
}

/** NDI 6.3.5: source types that the configuration file names now are there from now on, and nothing is interrupted. */
async function addExterns(node: Node, logger: Logger): Promise<void> {
  try {
    const { externs } = await readSettings(process.env);
    await node.addExterns(externs);
    logger.info({ externs }, 'the configuration file was read again for its externs');
  } catch (error) {
    logger.error({ err: error }, 'the externs of the configuration file could not be added');
  }
}

/** One line by which a person and a program (supervisors, tests) learn that the node answers, and where. */
const readyLine = (ready: { readonly urls: Node['urls']; readonly folder: string; readonly pid: number }): string => `灵渠 Lingqu ready ${JSON.stringify(ready)}\n`;

const administratorLines = ({ name, oneTimePassword }: { readonly name: string; readonly oneTimePassword: string }): string =>
  `管理员 ${name} 的一次性口令：${oneTimePassword} （仅显示这一次，首次登录须修改）\nAdministrator ${name}, one-time password: ${oneTimePassword} (shown once; to be changed at the first log-in)\n`;

async function tellSample(made: Node['sampleCall']): Promise<void> {
  const call = await made;
  if (call !== undefined) process.stdout.write(sampleLine(call));
}

/** In double quotes, which every shell reads alike. */
const sampleLine = (call: string): string => `试一试 (try it)：curl "${call}"\n`;

/** A line that grows on a terminal; silence elsewhere. */
const showProgress = (terminal: NodeJS.WriteStream) => (done: number, total: number): void => {
  if (terminal.isTTY) terminal.write(`\r示例潮位数据 (sample tides) ${Math.floor((done / total) * 100)}%${done < total ? '' : '\n'}`);
};

/** Nothing secret reaches the log, should an object that holds it be logged. */
const redactedPaths = ['*.password', '*.appkey', '*.token', '*.secret', '*.authorization', '*.cookie', 'headers.authorization', 'headers.cookie', 'err.config', 'err.parameters'];

if (import.meta.main) await serve();
