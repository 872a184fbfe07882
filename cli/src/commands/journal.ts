import { got, type components } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { atLeastOne, given, oneOf } from '../input/options.ts';
import { bytesText } from '../output/progress.ts';
import { printBody, saveBody } from '../output/save.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

type JournalRecord = components['schemas']['JournalRecord'];

const results = ['allowed', 'denied', 'failed', 'cut', 'done'] as const;
const streams = ['business', 'operation', 'system'] as const;
const formats = ['csv', 'ndjson'] as const;

interface Filter {
  readonly from?: string;
  readonly to?: string;
  readonly product?: string;
  readonly subject?: string;
  readonly result?: (typeof results)[number];
  readonly requestId?: string;
  readonly stream?: (typeof streams)[number];
  readonly actor?: string;
}

const filtered = (command: Command, { say }: Context): Command =>
  command
    .option('--from <time>', say('起（含）', 'from, inclusive'))
    .option('--to <time>', say('止；以日给出时含当日', 'to; a day includes that day'))
    .option('--product <code>', say('产品', 'product'))
    .option('--subject <name>', say('使用方', 'subject'))
    .option(`--result <${results.join('|')}>`, say('结果', 'result'), oneOf(results))
    .option('--request-id <id>', say('请求编号', 'request ID'))
    .option(`--stream <${streams.join('|')}>`, say('业务、操作或系统日志', 'calls, management actions, or the node itself'), oneOf(streams))
    .option('--actor <name>', say('操作者', 'who acted'));

export function journalCommands(program: Command, context: Context): void {
  const { say } = context;
  const journal = program.command('journal').description(say('日志', 'the journal'));
  filtered(journal.command('query', { isDefault: true }), context)
    .description(say('查询日志，新的在前', 'query the journal, newest first'))
    .option('--limit <records>', say('条数', 'records'), atLeastOne, 50)
    .action((options: Filter & { limit: number }) => query(context, options));
  filtered(journal.command('export'), context)
    .description(say('导出日志，旧的在前', 'export the journal, oldest first'))
    .option(`--format <${formats.join('|')}>`, say('格式', 'format'), oneOf(formats), 'csv')
    .option('--out <file>', say('写入文件（默认标准输出）', 'write into a file; stdout by default'))
    .action((options: Filter & { format: (typeof formats)[number]; out?: string }) => exportJournal(context, options));
}

const PAGE = 200;

async function query({ client, out, say }: Context, { limit, ...filter }: Filter & { limit: number }): Promise<void> {
  const api = await client();
  const records: JournalRecord[] = [];
  for (let cursor: string | undefined; records.length < limit; ) {
    const page = await got(api.GET('/api/v1/journal', { params: { query: { ...given({ ...filter, cursor }), limit: Math.min(PAGE, limit - records.length) } } }));
    records.push(...page.items);
    if (page.next === null) break;
    cursor = page.next;
  }
  out.show(records, () =>
    tableOf(
      records,
      [
        [say('时间', 'time'), (each) => timeText(each.at)],
        [say('事件', 'event'), (each) => each.event],
        [say('操作者', 'actor'), (each) => each.actor],
        [say('产品', 'product'), (each) => each.productCode],
        [say('结果', 'result'), (each) => (each.reason === '' ? each.result : `${each.result} ${each.reason}`)],
        [say('行数', 'rows'), (each) => each.rows],
        [say('毫秒', 'ms'), (each) => (each.durationUs / 1000).toFixed(1)],
        [say('请求编号', 'request ID'), (each) => each.requestId],
      ],
      say('没有符合条件的日志', 'no records fit'),
    ),
  );
}

async function exportJournal(context: Context, { format, out: path, ...filter }: Filter & { format: (typeof formats)[number]; out?: string }): Promise<void> {
  const { client, out, say } = context;
  if (out.json && path === undefined) throw usageFailure(say('--json 时请用 --out 指明导出文件', 'with --json, say by --out where the export goes'));
  const body = await got((await client()).GET('/api/v1/journal/export', { params: { query: { ...given(filter), format } }, parseAs: 'stream' }));
  if (path === undefined) return printBody(body, out, say);
  const bytes = await saveBody(body, path, say('导出', 'exporting'), out, say);
  out.show({ file: path, format, bytes }, () => say(`已导出到 ${path}（${bytesText(bytes)}）`, `exported to ${path} (${bytesText(bytes)})`));
}
