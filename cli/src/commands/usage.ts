import { all, got } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { given } from '../input/options.ts';
import { tableOf } from '../output/table.ts';

interface Question {
  readonly from?: string;
  readonly to?: string;
  readonly product?: string;
  readonly subject?: string;
}

export function usageCommands(program: Command, context: Context): void {
  const { say } = context;
  program
    .command('usage')
    .description(say('按日、产品、使用方统计用量（默认最近 30 天）', 'usage per day, product and subject; the last 30 days by default'))
    .option('--from <day>', say('起，yyyy-MM-dd', 'first day, yyyy-MM-dd'))
    .option('--to <day>', say('止（含），yyyy-MM-dd', 'last day, yyyy-MM-dd'))
    .option('--product <code>', say('产品', 'product'))
    .option('--subject <name>', say('使用方', 'subject'))
    .action((options: Question) => usage(context, options));
}

async function usage({ client, out, say }: Context, question: Question): Promise<void> {
  const api = await client();
  const items = await Array.fromAsync(all((page) => got(api.GET('/api/v1/usage', { params: { query: { ...page, ...given(question) } } }))));
  out.show(items, () =>
    tableOf(
      items,
      [
        [say('日', 'day'), (each) => each.day],
        [say('产品', 'product'), (each) => each.productCode],
        [say('使用方', 'subject'), (each) => each.subjectName],
        [say('结果', 'result'), (each) => each.result],
        [say('次数', 'calls'), (each) => each.calls],
        [say('行数', 'rows'), (each) => each.rows],
        [say('字节', 'bytes'), (each) => each.bytes],
        [say('5 秒内', 'within 5 s'), (each) => each.withinTarget],
      ],
      say('没有用量', 'no usage'),
    ),
  );
}
