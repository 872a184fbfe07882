import { all, done, got, gotVersion, type Client } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { given, oneOf } from '../input/options.ts';
import { cardOf, tableOf } from '../output/table.ts';
import { credentialCommands } from './subject-key.ts';
import { webhookCommands } from './subject-webhook.ts';
import { publicKeyCommands } from './subject-public-key.ts';

interface Description {
  readonly unit?: string;
  readonly contact?: string;
  readonly owner?: string;
}

interface Changes extends Description {
  readonly name?: string;
  readonly disable?: boolean;
  readonly enable?: boolean;
}

const kinds = ['application', 'connector', 'platform'] as const;

const described = (command: Command, { say }: Context): Command =>
  command
    .option('--unit <name>', say('所属单位', 'the organisation that answers for it'))
    .option('--contact <text>', say('联系方式', 'contact'))
    .option('--owner <user-id>', say('负责人的用户编号', 'ID of the user who looks after it'));

export function subjectCommands(program: Command, context: Context): void {
  const { say } = context;
  const subject = program.command('subject').description(say('使用方：应用系统、连接器、平台', 'subjects: applications, connectors, platforms'));
  described(subject.command('add <name>'), context)
    .description(say('登记使用方', 'add a subject'))
    .option(`--kind <${kinds.join('|')}>`, say('种类', 'kind'), oneOf(kinds), 'application')
    .action((name: string, options: Description & { kind: (typeof kinds)[number] }) => add(context, name, options));
  subject.command('list').description(say('列出使用方', 'list subjects')).action(() => list(context));
  subject.command('show <subject>').description(say('查看使用方', 'show a subject')).action((name: string) => show(context, name));
  described(subject.command('update <subject>'), context)
    .description(say('修改使用方', 'change a subject'))
    .option('--name <name>', say('新名称', 'new name'))
    .option('--disable', say('停用', 'disable it'))
    .option('--enable', say('启用', 'enable it'))
    .action((name: string, options: Changes) => update(context, name, options));
  subject.command('remove <subject>').description(say('删除使用方', 'remove a subject')).action((name: string) => remove(context, name));
  credentialCommands(subject, context);
  webhookCommands(subject, context);
  publicKeyCommands(subject, context);
}

async function add({ client, out, say }: Context, name: string, { kind, owner, ...rest }: Description & { kind: (typeof kinds)[number] }): Promise<void> {
  const subject = await got((await client()).POST('/api/v1/subjects', { body: { name, kind, ...given({ ...rest, ownerId: owner }) } }));
  out.show(subject, () => say(`使用方 ${subject.name} 已登记。下一步：npx lingqu subject key issue ${subject.name}`, `subject ${subject.name} added; next: npx lingqu subject key issue ${subject.name}`));
}

async function list({ client, out, say }: Context): Promise<void> {
  const api = await client();
  const subjects = await Array.fromAsync(all((query) => got(api.GET('/api/v1/subjects', { params: { query } }))));
  out.show(subjects, () =>
    tableOf(
      subjects,
      [
        [say('名称', 'name'), (each) => each.name],
        [say('种类', 'kind'), (each) => each.kind],
        [say('单位', 'unit'), (each) => each.unit],
        [say('状态', 'state'), (each) => (each.disabled ? say('停用', 'disabled') : say('启用', 'enabled'))],
        [say('编号', 'ID'), (each) => each.id],
      ],
      say('没有使用方', 'no subjects'),
    ),
  );
}

const one = (api: Client, subject: string) => gotVersion(api.GET('/api/v1/subjects/{subject}', { params: { path: { subject } } }));

async function show({ client, out, say }: Context, name: string): Promise<void> {
  const { value } = await one(await client(), name);
  out.show(value, () =>
    cardOf([
      [say('名称', 'name'), value.name],
      [say('编号', 'ID'), value.id],
      [say('种类', 'kind'), value.kind],
      [say('单位', 'unit'), value.unit],
      [say('联系方式', 'contact'), value.contact],
      [say('负责人', 'owner'), value.ownerId],
      [say('状态', 'state'), value.disabled ? say('停用', 'disabled') : say('启用', 'enabled')],
    ]),
  );
}

async function update({ client, out, say }: Context, name: string, options: Changes): Promise<void> {
  const api = await client();
  const { etag } = await one(api, name);
  const { owner, disable, enable, ...rest } = options;
  const disabled = disable === true ? true : enable === true ? false : undefined;
  const changed = await got(
    api.PATCH('/api/v1/subjects/{subject}', { params: { path: { subject: name } }, headers: { 'if-match': etag }, body: given({ ...rest, ownerId: owner, disabled }) }),
  );
  out.show(changed, () => say(`使用方 ${changed.name} 已修改`, `subject ${changed.name} changed`));
}

async function remove({ client, out, say }: Context, name: string): Promise<void> {
  const api = await client();
  await done(api.DELETE('/api/v1/subjects/{subject}', { params: { path: { subject: name } } }));
  out.show({ removed: name }, () => say(`使用方 ${name} 已删除`, `subject ${name} removed`));
}
