import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** The node itself; the dispatch hands it in. */
export interface ServeProgram {
  readonly serve: () => Promise<void>;
}

export function serveCommand(program: Command, { say, options }: Context, { serve }: ServeProgram): void {
  program
    .command('serve')
    .description(say('在本机启动节点', 'start the node on this machine'))
    .action(async () => {
      const folder = options().data;
      if (folder !== undefined) process.env['LINGQU_DATA'] = folder;
      await serve();
    });
}
