import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** What only the node's own program can do; the dispatch hands it in. */
export interface NodePrograms {
  readonly serve: () => Promise<void>;
}

export function serveCommand(program: Command, { say, options }: Context, { serve }: NodePrograms): void {
  program
    .command('serve')
    .description(say('在本机启动节点', 'start the node on this machine'))
    .action(async () => {
      const folder = options().data;
      if (folder !== undefined) process.env['LINGQU_DATA'] = folder;
      await serve();
    });
}
