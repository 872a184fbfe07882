import { createClient, got } from '@lingqu/client';
import type { Command } from 'commander';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { dataFolderOf } from '../connection/find-node.ts';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { secretFile } from '../input/secrets.ts';
import type { Environment, Say } from '../language.ts';

interface Task {
  readonly env: Environment;
  readonly file: string;
  readonly passphrase: string;
  readonly progress: (table: string, rows: number) => void;
}

interface Summary {
  readonly tables: number;
  readonly rows: number;
}

/** What the node's own program does with its data folder and database; the dispatch hands it in. */
export interface BackupPrograms {
  readonly backup: (task: Task) => Promise<Summary>;
  readonly restore: (task: Task & { readonly force: boolean }) => Promise<Summary>;
  /** Keeps what a running node answered, once it is proved whole. */
  readonly keepBackup: (content: Readable, file: string, passphrase: string) => Promise<Summary>;
}

interface PassphraseOptions {
  readonly passphraseStdin?: boolean;
  readonly passphraseFile?: string;
}

export function backupCommands(program: Command, context: Context, programs: BackupPrograms): void {
  const { say } = context;
  sealed(program.command('backup <file>'), context)
    .description(say('把整个节点（含节点密钥）备份到新文件，以口令加密', 'back up the whole node, its key included, into a new file under a passphrase'))
    .action((file: string, options: PassphraseOptions) => backup(context, programs, file, options));
  sealed(program.command('restore <file>'), context)
    .description(say('从备份恢复节点；节点须已停止', 'restore the node from a back-up; the node must be stopped'))
    .option('--force', say('替换目标中已有的节点', 'replace the node that the target holds'))
    .action((file: string, options: PassphraseOptions & { force?: boolean }) => restore(context, programs, file, options));
}

const sealed = (command: Command, { say }: Context): Command =>
  command.option('--passphrase-stdin', say('从标准输入读口令', 'read the passphrase from stdin')).option('--passphrase-file <path>', say('从文件读口令', 'read the passphrase from a file'));

async function passphraseOf({ input, say }: Context, { passphraseStdin, passphraseFile }: PassphraseOptions, twice: boolean): Promise<string> {
  if (passphraseFile !== undefined) return secretFile(passphraseFile, say);
  const passphrase = await input.secret(passphraseStdin, say('口令', 'passphrase'));
  if (twice && passphraseStdin !== true && passphrase !== (await input.askSecret(say('再次输入口令', 'passphrase again')))) {
    throw new CommandFailure('cli.passphrase.differs', say('两次输入的口令不同，请重试', 'the two passphrases differ: try again'));
  }
  return passphrase;
}

async function backup(context: Context, programs: BackupPrograms, file: string, options: PassphraseOptions): Promise<void> {
  const { out, say } = context;
  await assertWritable(dirname(resolve(file)), say);
  const passphrase = await passphraseOf(context, options, true);
  const progress = out.progress(say('备份', 'backing up'), 0, String);
  try {
    const summary = await backUp(context, programs, { file, passphrase, env: envOf(context), progress: (_table, rows) => progress.to(rows) });
    progress.end();
    out.show({ file, tables: summary.tables, rows: summary.rows }, () => say(`已备份到 ${file}（${summary.rows} 行）。请另存口令：没有口令无法恢复`, `backed up into ${file} (${summary.rows} rows); keep the passphrase elsewhere: nothing can be restored without it`));
  } finally {
    progress.end();
  }
}

/** Before anybody is asked for a passphrase. */
async function assertWritable(folder: string, say: Say): Promise<void> {
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw new CommandFailure('cli.folder', say(`文件夹 ${folder} 不存在或不可写，请先建立或换一处`, `the folder ${folder} is not there or not writable: make it, or choose another`), { cause: error });
  });
}

const envOf = ({ env, options }: Context): Environment => ({ ...env, LINGQU_DATA: dataFolderOf(options(), env) });

/** The embedded database belongs to one process: where a node runs on it, the node itself is asked. */
async function backUp(context: Context, programs: BackupPrograms, task: Task): Promise<Summary> {
  if (context.options().url !== undefined) return fromNode(context, programs, task);
  try {
    return await programs.backup(task);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'storage.folder.locked') return fromNode(context, programs, task);
    throw error;
  }
}

async function fromNode({ place }: Context, { keepBackup }: BackupPrograms, { file, passphrase }: Task): Promise<Summary> {
  const content = await got(createClient(await place()).POST('/api/v1/backup', { body: { passphrase }, parseAs: 'stream' }));
  return keepBackup(content === null ? Readable.from([]) : Readable.fromWeb(content), file, passphrase);
}

async function restore(context: Context, programs: BackupPrograms, file: string, { force = false, ...options }: PassphraseOptions & { force?: boolean }): Promise<void> {
  const { out, say } = context;
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`读不到文件 ${file}`, `cannot read ${file}`), { cause: error });
  });
  const passphrase = await passphraseOf(context, options, false);
  const progress = out.progress(say('恢复', 'restoring'), 0, String);
  try {
    const { tables, rows } = await programs.restore({ file, passphrase, force, env: envOf(context), progress: (_table, done) => progress.to(done) });
    progress.end();
    out.show({ restored: file, tables, rows }, () => say(`已从 ${file} 恢复（${rows} 行）。下一步：npx lingqu serve`, `restored from ${file} (${rows} rows); next: npx lingqu serve`));
  } finally {
    progress.end();
  }
}
