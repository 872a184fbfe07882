import { all, done, got } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { cardOf, tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

export function webhookCommands(subject: Command, context: Context): void {
  const { say } = context;
  const webhook = subject.command('webhook').description(say('产品变更、撤销、异常的通知地址', 'where a subject is told that a product changed, was withdrawn or ails'));
  webhook
    .command('set <subject> <url>')
    .description(say('设置通知地址；换发签名密钥，仅显示一次', 'set the address; makes a new signing secret, which is shown once'))
    .action((name: string, url: string) => set(context, name, url));
  webhook.command('show <subject>').description(say('查看通知地址', 'show the address')).action((name: string) => show(context, name));
  webhook.command('remove <subject>').description(say('不再通知', 'stop the notices')).action((name: string) => remove(context, name));
  webhook.command('test <subject>').description(say('发送测试通知', 'send a test notice')).action((name: string) => test(context, name));
  webhook.command('log <subject>').description(say('列出已发和待发的通知', 'list notices sent and waiting')).action((name: string) => log(context, name));
  webhook.command('retry <subject> <id>').description(say('立即重发未送达的通知', 'send an undelivered notice again now')).action((name: string, id: string) => retry(context, name, id));
}

async function set({ client, out, say }: Context, subject: string, url: string): Promise<void> {
  const made = await got((await client()).PUT('/api/v1/subjects/{subject}/webhook', { params: { path: { subject } }, body: { url } }));
  out.show(made, () => made.secret);
  out.note(say('这是签名密钥，请妥善保存：不再显示', 'this is the signing secret; keep it safe: it is not shown again'));
}

async function show({ client, out, say }: Context, subject: string): Promise<void> {
  const webhook = await got((await client()).GET('/api/v1/subjects/{subject}/webhook', { params: { path: { subject } } }));
  out.show(webhook, () => cardOf([[say('地址', 'address'), webhook.url], [say('设置于', 'set at'), timeText(webhook.createdAt)]]));
}

async function remove({ client, out, say }: Context, subject: string): Promise<void> {
  await done((await client()).DELETE('/api/v1/subjects/{subject}/webhook', { params: { path: { subject } } }));
  out.show({ removed: subject }, () => say(`不再通知 ${subject}`, `${subject} is told no more`));
}

async function test({ client, out, say }: Context, subject: string): Promise<void> {
  const sent = await got((await client()).POST('/api/v1/subjects/{subject}/webhook/test', { params: { path: { subject } } }));
  out.show(sent, () => say(`测试通知 ${sent.id} 已排队。结果：npx lingqu subject webhook log ${subject}`, `test notice ${sent.id} is queued; what comes of it: npx lingqu subject webhook log ${subject}`));
}

async function log({ client, out, say }: Context, subject: string): Promise<void> {
  const api = await client();
  const notices = await Array.fromAsync(all((query) => got(api.GET('/api/v1/subjects/{subject}/webhook/deliveries', { params: { path: { subject }, query } }))));
  const states = { waiting: say('待发', 'waiting'), delivered: say('已送达', 'delivered'), 'given-up': say('已放弃', 'given up') };
  out.show(notices, () =>
    tableOf(
      notices,
      [
        [say('时间', 'time'), (each) => timeText(each.createdAt)],
        [say('事件', 'event'), (each) => each.event],
        [say('产品', 'product'), (each) => each.productCode],
        [say('状态', 'state'), (each) => states[each.state]],
        [say('次数', 'attempts'), (each) => String(each.attempts)],
        [say('最近结果', 'last result'), (each) => each.note],
        [say('下次', 'next'), (each) => timeText(each.nextAt)],
        [say('编号', 'ID'), (each) => each.id],
      ],
      say('没有通知', 'no notices'),
    ),
  );
}

async function retry({ client, out, say }: Context, subject: string, id: string): Promise<void> {
  const notice = await got((await client()).POST('/api/v1/subjects/{subject}/webhook/deliveries/{id}/retry', { params: { path: { subject, id } } }));
  out.show(notice, () => say('将立即重发', 'it is sent again now'));
}
