import { all, got } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

export function noticeCommands(program: Command, context: Context): void {
  const { say } = context;
  const notice = program.command('notice').description(say('通知：需要处理的变化', 'notices: changes that want attention'));
  notice
    .command('list')
    .description(say('列出通知', 'list notices'))
    .option('--unseen', say('只列未读', 'only unseen ones'))
    .action((options: { unseen?: boolean }) => list(context, options));
  notice.command('seen <id>').description(say('标为已读', 'mark as seen')).action((id: string) => seen(context, id));
}

async function list({ client, out, say }: Context, { unseen = false }: { unseen?: boolean }): Promise<void> {
  const api = await client();
  const notices = await Array.fromAsync(all((page) => got(api.GET('/api/v1/notices', { params: { query: { ...page, unseen } } }))));
  out.show(notices, () =>
    tableOf(
      notices,
      [
        [say('时间', 'time'), (each) => timeText(each.at)],
        [say('关于', 'about'), (each) => each.about],
        [say('内容', 'message'), (each) => each.message],
        [say('已读', 'seen'), (each) => (each.seen ? say('是', 'yes') : say('否', 'no'))],
        [say('编号', 'ID'), (each) => each.id],
      ],
      say('没有通知', 'no notices'),
    ),
  );
}

async function seen({ client, out, say }: Context, id: string): Promise<void> {
  const notice = await got((await client()).POST('/api/v1/notices/{id}/seen', { params: { path: { id } } }));
  out.show(notice, () => say('已标为已读', 'marked as seen'));
}
