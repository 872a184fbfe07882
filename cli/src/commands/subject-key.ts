import { all, got, type components } from '@lingqu/client';
import { Option, type Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { CommandFailure, usageFailure } from '../failure.ts';
import { oneOf, wholeNumber } from '../input/options.ts';
import { instantOf } from '../input/times.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

type Issued = components['schemas']['IssuedCredential'];

const kinds = ['appkey', 'signature', 'gateway'] as const;
const ciphers = ['ecb', 'cbc'] as const;

interface IssueOptions {
  readonly kind: (typeof kinds)[number];
  readonly cipher?: (typeof ciphers)[number];
  readonly expires?: string;
  readonly keyFile?: string;
}

export function credentialCommands(subject: Command, context: Context): void {
  const { say } = context;
  const key = subject.command('key').description(say('使用方的凭证：appkey、签名密钥、国家平台网关凭证', 'credentials of a subject: appkeys, signing keys, keys of the national gateway’s convention'));
  const issued = (command: Command): Command =>
    command
      .option(`--kind <${kinds.join('|')}>`, say('种类', 'kind'), oneOf(kinds), 'appkey')
      .addOption(new Option(`--cipher <${ciphers.join('|')}>`, say('gateway：当日密钥的下发方式', 'gateway: how the secret of the day is enciphered')).argParser(oneOf(ciphers)))
      .option('--expires <time>', say('失效时间', 'end of validity'))
      .option('--key-file <path>', say('把密钥写入新文件（权限 0600），不打印', 'write the secret into a new file (mode 0600) instead of printing it'));
  issued(key.command('issue <subject>'))
    .description(say('签发凭证，密钥仅显示一次', 'issue a credential; its secret is shown once'))
    .action((name: string, options: IssueOptions) => issue(context, name, options));
  issued(key.command('rotate <subject>'))
    .description(say('换发凭证，同种旧凭证在重叠期后失效', 'issue a new credential; the ones of its kind before it end after an overlap'))
    .option('--overlap <seconds>', say('重叠期（秒）', 'overlap in seconds'), wholeNumber, 86_400)
    .action((name: string, options: IssueOptions & { overlap: number }) => rotate(context, name, options));
  key.command('list <subject>').description(say('列出凭证', 'list credentials')).action((name: string) => list(context, name));
  key.command('revoke <subject> <id>').description(say('吊销凭证', 'revoke a credential')).action((name: string, id: string) => revoke(context, name, id));
}

async function issue(context: Context, subject: string, options: IssueOptions): Promise<void> {
  const body = wishOf(context, options);
  await tell(context, options.keyFile, await got((await context.client()).POST('/api/v1/subjects/{subject}/credentials', { params: { path: { subject } }, body })));
}

async function rotate(context: Context, subject: string, options: IssueOptions & { overlap: number }): Promise<void> {
  const body = { ...wishOf(context, options), overlapSeconds: options.overlap };
  await tell(context, options.keyFile, await got((await context.client()).POST('/api/v1/subjects/{subject}/credentials/rotate', { params: { path: { subject } }, body })));
}

function wishOf({ say }: Context, { kind, cipher, expires }: IssueOptions) {
  if ((kind === 'gateway') !== (cipher !== undefined)) {
    throw usageFailure(say('--kind gateway 须同时给出 --cipher，其他种类不用 (ecb 或 cbc，与对方程序一致)', '--kind gateway needs --cipher (ecb or cbc, as the other side has it), and no other kind does'));
  }
  return { kind, ...(cipher === undefined ? {} : { cipher }), ...(expires === undefined ? {} : { expiresAt: instantOf(expires, say) }) };
}

/** The secret is shown this once, or goes into a file and is not shown at all. */
async function tell({ out, say }: Context, keyFile: string | undefined, issued: Issued): Promise<void> {
  const { secret, credential } = issued;
  const name = credential.keyId === null ? '' : `${credential.keyId}\n`;
  if (keyFile === undefined) {
    out.show(issued, () => `${name}${secret}`);
    out.note(credential.keyId === null ? say('请妥善保存：密钥不再显示', 'keep it safe: it is not shown again') : say('第一行为 keyId（网关为 rid），第二行为密钥。请妥善保存：密钥不再显示', 'first the key ID (of a gateway: rid), then the secret. Keep it safe: it is not shown again'));
    return;
  }
  await writeFile(keyFile, `${name}${secret}\n`, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`写不了新文件 ${keyFile}，请吊销 ${credential.id} 后重试`, `cannot write the new file ${keyFile}: revoke ${credential.id} and try again`), { cause: error });
  });
  out.show({ credential, keyFile }, () => say(`密钥已写入 ${keyFile}`, `the secret was written to ${keyFile}`));
}

async function list({ client, out, say }: Context, subject: string): Promise<void> {
  const api = await client();
  const items = await Array.fromAsync(all((query) => got(api.GET('/api/v1/subjects/{subject}/credentials', { params: { path: { subject }, query } }))));
  out.show(items, () =>
    tableOf(
      items,
      [
        [say('编号', 'ID'), (each) => each.id],
        [say('种类', 'kind'), (each) => each.kind],
        ['keyId / rid', (each) => each.keyId ?? ''],
        [say('末四位', 'ends in'), (each) => each.hint],
        [say('生效', 'from'), (each) => timeText(each.notBefore)],
        [say('失效', 'until'), (each) => timeText(each.expiresAt)],
        [say('吊销', 'revoked'), (each) => timeText(each.revokedAt)],
      ],
      say('没有凭证', 'no credentials'),
    ),
  );
}

async function revoke({ client, out, say }: Context, subject: string, id: string): Promise<void> {
  const revoked = await got((await client()).DELETE('/api/v1/subjects/{subject}/credentials/{id}', { params: { path: { subject, id } } }));
  out.show(revoked, () => say(`凭证 …${revoked.hint} 已吊销`, `credential …${revoked.hint} revoked`));
}
