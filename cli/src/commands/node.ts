import type { Command } from 'commander';
import type { Context } from '../context.ts';

export function nodeCommands(program: Command, context: Context): void {
  const { say } = context;
  const node = program.command('node').description(say('节点', 'the node'));
  node.command('status').description(say('节点状态', 'state of the node')).action(async () => {
    const place = await context.place();
    context.out.show(place, () => place.url);
  });
}
