import { got, type components } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { given, pairs, wholeNumber } from '../input/options.ts';
import type { Say } from '../language.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

type Explanation = components['schemas']['Explanation'];

interface Question {
  readonly subject: string;
  readonly product: string;
  readonly param?: Readonly<Record<string, string>>;
}

interface ExplainOptions extends Question {
  readonly address?: string;
  readonly at?: string;
  readonly offset?: number;
  readonly limit?: number;
}

const asked = (command: Command, { say }: Context): Command =>
  command
    .requiredOption('--subject <name>', say('使用方', 'subject'))
    .requiredOption('--product <code>', say('产品', 'product'))
    .option('--param <name=value>', say('请求参数，可多次给出', 'a request parameter, repeatable'), pairs);

export function explainCommands(program: Command, context: Context): void {
  const { say } = context;
  asked(program.command('explain'), context)
    .description(say('说明一次调用会如何判定，由哪条条款决定；不实际调用', 'tell what would be decided for a call, and by which term, without making it'))
    .option('--address <ip>', say('调用方地址', 'the caller’s address'))
    .option('--at <time>', say('设想的调用时间', 'when the call would be made'))
    .option('--offset <rows>', say('分页起点', 'rows before the page'), wholeNumber)
    .option('--limit <rows>', say('每页行数', 'rows of the page'), wholeNumber)
    .action((options: ExplainOptions) => explain(context, options));
  asked(program.command('preview'), context)
    .description(say('按授权所见预览数据（记入日志）', 'show the rows as a grant would see them (journalled)'))
    .option('--limit <rows>', say('行数，至多 50', 'rows, 50 at most'), wholeNumber, 10)
    .action((options: Question & { limit: number }) => preview(context, options));
}

async function explain({ client, out, say }: Context, { subject, product, param, address, at, offset, limit }: ExplainOptions): Promise<void> {
  const page = offset === undefined && limit === undefined ? undefined : { offset: offset ?? 0, limit: limit ?? 100 };
  const explanation = await got((await client()).POST('/api/v1/explain', { body: { subject, product, ...given({ address, at, page, parameters: param }) } }));
  out.show(explanation, () => [verdictOf(explanation, say), termsTable(explanation, say), ...limitsTables(explanation, say)].join('\n'));
}

const marks = { pass: '✓', shape: '✓', deny: '✗' } as const;

const verdictOf = ({ allowed, message, code }: Explanation, say: Say): string => (allowed ? say('✓ 允许', '✓ allowed') : `${say('✗ 拒绝', '✗ refused')}：${message} (${code})`);

const termsTable = ({ terms }: Explanation, say: Say): string =>
  tableOf(
    terms,
    [
      ['', ({ verdict }) => marks[verdict]],
      [say('条款', 'term'), ({ term }) => term],
      [say('出自', 'held by'), ({ holder }) => holder],
      [say('判定', 'verdict'), ({ verdict }) => ({ pass: say('通过', 'pass'), shape: say('限定结果', 'narrows the answer'), deny: say('拒绝', 'deny') })[verdict]],
      [say('说明', 'note'), ({ note }) => note],
    ],
    say('没有条款', 'no terms'),
  );

function limitsTables({ quotas, concurrency }: Explanation, say: Say): string[] {
  const rows = [
    ...quotas.map(({ holder, unit, per, limit, leased, windowEnd }) => ({ holder, what: `${unit}/${per}`, limit, used: leased, until: timeText(windowEnd) })),
    ...concurrency.map(({ holder, limit, running }) => ({ holder, what: say('并发', 'at one time'), limit, used: running, until: '' })),
  ];
  if (rows.length === 0) return [];
  return [
    tableOf(
      rows,
      [
        [say('限额', 'limit on'), ({ what }) => what],
        [say('出自', 'held by'), ({ holder }) => holder],
        [say('已用', 'used'), ({ used }) => used],
        [say('上限', 'limit'), ({ limit }) => limit],
        [say('周期结束', 'window ends'), ({ until }) => until],
      ],
      '',
    ),
  ];
}

async function preview({ client, out, say }: Context, { subject, product, param, limit }: Question & { limit: number }): Promise<void> {
  const seen = await got((await client()).POST('/api/v1/preview', { body: { subject, product, limit, ...given({ parameters: param }) } }));
  out.show(seen, () =>
    tableOf(
      seen.rows,
      seen.columns.map(({ name, masked }, index) => [masked ? `${name} (${say('脱敏', 'masked')})` : name, (row) => row[index] ?? '∅'] as const),
      say('没有符合条件的数据', 'no rows fit'),
    ),
  );
}
