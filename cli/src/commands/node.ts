import { createClient, got } from '@lingqu/client';
import type { Command } from 'commander';
import type { Place } from '../connection/find-node.ts';
import type { Context } from '../context.ts';
import { cardOf } from '../output/table.ts';

export function nodeCommands(program: Command, context: Context): void {
  const { say } = context;
  const node = program.command('node').description(say('节点', 'the node'));
  node.command('status').description(say('节点状态，以及命令以谁的身份操作', 'state of the node, and as whom commands act')).action(() => status(context));
}

async function status({ place, out, say }: Context): Promise<void> {
  const found = await place();
  const api = createClient(found);
  const actor = await got(api.GET('/api/v1/session'));
  const node = await got(api.GET('/api/v1/node'));
  const state = { ...node, url: found.url, actor: { kind: actor.kind, name: actor.name, role: actor.role }, foundBy: found.by };
  const ways: Readonly<Record<Place['by'], string>> = {
    options: say('命令行选项', 'options'),
    environment: say('环境变量', 'environment'),
    'operator-token': say('本机运维令牌', 'operator token of this machine'),
    login: say('保存的登录', 'kept log-in'),
  };
  out.show(state, () =>
    cardOf([
      [say('管理地址', 'management'), found.url],
      [say('身份', 'acting as'), `${actor.name} (${actor.role}; ${ways[found.by]})`],
      [say('版本', 'version'), node.version],
      [say('数据库', 'database'), node.durable ? node.engine : say(`${node.engine}（内嵌，供试用和小规模使用，请常备份）`, `${node.engine} (embedded: to try, and for small use with back-ups)`)],
      ...Object.entries(node.listeners).map(([name, url]) => [say(`监听 ${name}`, `listener ${name}`), url] as const),
      [say('运行秒数', 'seconds up'), node.uptimeSeconds],
      [say('进行中的调用', 'running calls'), node.runningCalls],
      [say('日志保留天数', 'days the journal is kept'), node.retentionDays],
    ]),
  );
}
