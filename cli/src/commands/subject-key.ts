import { got } from '@lingqu/client';
import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { wholeNumber } from '../input/options.ts';
import { instantOf } from '../input/times.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

interface IssueOptions {
  readonly expires?: string;
  readonly keyFile?: string;
}

export function appkeyCommands(subject: Command, context: Context): void {
  const { say } = context;
  const key = subject.command('key').description(say('使用方的 appkey', 'appkeys of a subject'));
  const issued = (command: Command): Command =>
    command.option('--expires <time>', say('失效时间', 'end of validity')).option('--key-file <path>', say('把 appkey 写入新文件（权限 0600），不打印', 'write the appkey into a new file (mode 0600) instead of printing it'));
  issued(key.command('issue <subject>'))
    .description(say('签发 appkey，仅显示一次', 'issue an appkey; it is shown once'))
    .action((name: string, options: IssueOptions) => issue(context, name, options));
  issued(key.command('rotate <subject>'))
    .description(say('换发 appkey，旧的在重叠期后失效', 'issue a new appkey; the ones before end after an overlap'))
    .option('--overlap <seconds>', say('重叠期（秒）', 'overlap in seconds'), wholeNumber, 86_400)
    .action((name: string, options: IssueOptions & { overlap: number }) => rotate(context, name, options));
  key.command('list <subject>').description(say('列出 appkey', 'list appkeys')).action((name: string) => list(context, name));
  key.command('revoke <subject> <id>').description(say('吊销 appkey', 'revoke an appkey')).action((name: string, id: string) => revoke(context, name, id));
}

async function issue(context: Context, subject: string, { expires, keyFile }: IssueOptions): Promise<void> {
  const body = expires === undefined ? {} : { expiresAt: instantOf(expires, context.say) };
  await tell(context, keyFile, await got((await context.client()).POST('/api/v1/subjects/{subject}/appkeys', { params: { path: { subject } }, body })));
}

async function rotate(context: Context, subject: string, { expires, keyFile, overlap }: IssueOptions & { overlap: number }): Promise<void> {
  const body = { overlapSeconds: overlap, ...(expires === undefined ? {} : { expiresAt: instantOf(expires, context.say) }) };
  await tell(context, keyFile, await got((await context.client()).POST('/api/v1/subjects/{subject}/appkeys/rotate', { params: { path: { subject } }, body })));
}

interface Issued {
  readonly appkey: string;
  readonly credential: { readonly id: string };
}

/** The key is shown this once, or goes into a file and is not shown at all. */
async function tell({ out, say }: Context, keyFile: string | undefined, issued: Issued): Promise<void> {
  if (keyFile === undefined) {
    out.show(issued, () => issued.appkey);
    out.note(say('请妥善保存：appkey 不再显示', 'keep it safe: the appkey is not shown again'));
    return;
  }
  await writeFile(keyFile, `${issued.appkey}\n`, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`写不了新文件 ${keyFile}，请吊销 ${issued.credential.id} 后重试`, `cannot write the new file ${keyFile}: revoke ${issued.credential.id} and try again`), { cause: error });
  });
  out.show({ credential: issued.credential, keyFile }, () => say(`appkey 已写入 ${keyFile}`, `appkey written to ${keyFile}`));
}

async function list({ client, out, say }: Context, subject: string): Promise<void> {
  const { items } = await got((await client()).GET('/api/v1/subjects/{subject}/appkeys', { params: { path: { subject } } }));
  out.show(items, () =>
    tableOf(
      items,
      [
        [say('编号', 'ID'), (each) => each.id],
        [say('末四位', 'ends in'), (each) => each.hint],
        [say('生效', 'from'), (each) => timeText(each.notBefore)],
        [say('失效', 'until'), (each) => timeText(each.expiresAt)],
        [say('吊销', 'revoked'), (each) => timeText(each.revokedAt)],
      ],
      say('没有 appkey', 'no appkeys'),
    ),
  );
}

async function revoke({ client, out, say }: Context, subject: string, id: string): Promise<void> {
  const revoked = await got((await client()).DELETE('/api/v1/subjects/{subject}/appkeys/{id}', { params: { path: { subject, id } } }));
  out.show(revoked, () => say(`appkey …${revoked.hint} 已吊销`, `appkey …${revoked.hint} revoked`));
}
