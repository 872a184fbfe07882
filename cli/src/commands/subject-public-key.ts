import { done, got } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { secretFile } from '../input/secrets.ts';

export function publicKeyCommands(subject: Command, context: Context): void {
  const { say } = context;
  const key = subject.command('public-key').description(say('使用方的公钥：附录 B 接口以其封装密钥', 'a subject’s public key, with which AGR’s face wraps keys'));
  key.command('set <subject> <file>').description(say('登记公钥（PEM，SM2 或 RSA）', 'register a public key (PEM, SM2 or RSA)')).action(async (name: string, file: string) => put(context, name, await secretFile(file, say)));
  key.command('show <subject>').description(say('查看公钥', 'show the public key')).action((name: string) => show(context, name));
  key.command('remove <subject>').description(say('移除公钥', 'take the public key away')).action((name: string) => put(context, name, null));
}

async function put({ client, out, say }: Context, subject: string, publicKey: string | null): Promise<void> {
  await done((await client()).PUT('/api/v1/subjects/{subject}/public-key', { params: { path: { subject } }, body: { publicKey } }));
  out.show({ subject, registered: publicKey !== null }, () => (publicKey === null ? say('公钥已移除', 'the public key is gone') : say('公钥已登记', 'the public key is registered')));
}

async function show({ client, out, say }: Context, subject: string): Promise<void> {
  const found = await got((await client()).GET('/api/v1/subjects/{subject}/public-key', { params: { path: { subject } } }));
  out.show(found, () => found.publicKey?.trimEnd() ?? say('没有登记公钥', 'no public key is registered'));
}
