import { done, got, importTable, type ImportQuery, type ImportReport } from '@lingqu/client';
import type { Command } from 'commander';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { commaList, given, oneOf, repeated } from '../input/options.ts';
import { bytesText } from '../output/progress.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

const charsets = ['auto', 'utf-8', 'gb18030'] as const;
const delimiters = ['auto', 'comma', 'semicolon', 'tab'] as const;
const types = ['text', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz'] as const;

interface ImportOptions {
  readonly name?: string;
  readonly title: string;
  readonly attribution: string;
  readonly charset?: (typeof charsets)[number];
  readonly delimiter?: (typeof delimiters)[number];
  readonly sheet?: string;
  readonly column?: readonly string[];
  readonly index?: readonly string[];
  readonly skipBadRows?: boolean;
}

const CHUNK_BYTES = 256 * 1024;

export function importCommands(program: Command, context: Context): void {
  const { say } = context;
  const imports = program.command('import').description(say('导入文件为节点托管的表', 'files imported as tables that the node keeps'));
  imports
    .command('file <file>', { isDefault: true })
    .description(say('把 CSV 或 XLSX 文件导入为节点托管的表；同名的表被整体替换', 'import a CSV or XLSX file as a table that the node keeps; a table of that name is replaced whole'))
    .option('--name <table>', say('表名（默认取文件名）', 'name of the table; the file’s by default'))
    .option('--title <text>', say('标题', 'title'), '')
    .option('--attribution <text>', say('数据来源与许可', 'attribution'), '')
    .option(`--charset <${charsets.join('|')}>`, say('字符集（仅 CSV，默认 auto）', 'charset, of CSV only; auto by default'), oneOf(charsets))
    .option(`--delimiter <${delimiters.join('|')}>`, say('分隔符（仅 CSV，默认 auto）', 'delimiter, of CSV only; auto by default'), oneOf(delimiters))
    .option('--sheet <name|number>', say('工作表的名称或序号（仅 XLSX，默认第一个）', 'sheet by name or number, of XLSX only; the first by default'))
    .option('--column <name[:type[:comment]]>', say('声明列的类型，可多次给出（默认由内容推断）', 'declare a column, repeatable; types are inferred by default'), repeated)
    .option('--index <columns>', say('用于查询的列，以逗号分隔，可多次给出', 'columns that callers search by, by commas, repeatable'), repeated)
    .option('--skip-bad-rows', say('跳过有误的行并报告（默认一行有误即不导入）', 'skip bad rows and report them; by default one bad row ends the import'))
    .action((file: string, options: ImportOptions) => importFile(context, file, options));
  imports.command('list').description(say('列出导入的表', 'list the tables')).action(() => list(context));
  imports.command('remove <table>').description(say('删除表及其数据', 'remove a table with its data')).action((table: string) => remove(context, table));
}

async function list({ client, out, say }: Context): Promise<void> {
  const { items } = await got((await client()).GET('/api/v1/imports'));
  out.show(items, () =>
    tableOf(
      items,
      [
        [say('表', 'table'), (each) => each.name],
        [say('标题', 'title'), (each) => each.title],
        [say('行数', 'rows'), (each) => each.rows],
        [say('导入时间', 'imported'), (each) => timeText(each.importedAt)],
      ],
      say('没有导入的表', 'no tables'),
    ),
  );
}

async function remove({ client, out, say }: Context, name: string): Promise<void> {
  await done((await client()).DELETE('/api/v1/imports/{name}', { params: { path: { name } } }));
  out.show({ removed: name }, () => say(`表 ${name} 已删除`, `table ${name} is removed`));
}

async function importFile(context: Context, file: string, options: ImportOptions): Promise<void> {
  const { place, out, say } = context;
  const { size } = await stat(file).catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`读不到文件 ${file}`, `cannot read ${file}`), { cause: error });
  });
  const name = options.name ?? basename(file, extname(file));
  let rows = 0;
  let sent = 0;
  const progress = out.progress(say('导入', 'importing'), size, (bytes) => `${bytesText(bytes)} ${rows} ${say('行', 'rows')}`);
  const told = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      yield chunk;
      sent += chunk.length;
      progress.to(sent);
    }
  };
  try {
    const content = Readable.toWeb(Readable.from(told(createReadStream(file, { highWaterMark: CHUNK_BYTES }))));
    const report = await importTable(await place(), queryOf(name, options), { format: formatOf(file), content }, (step) => {
      ({ rows } = step);
      progress.to(sent);
    });
    progress.end();
    out.show(report, () => reportText(report, say));
  } finally {
    progress.end();
  }
}

/** By its name, as people know files; the node looks at what is in it. */
const formatOf = (file: string): ImportReport['format'] => (extname(file).toLowerCase() === '.xlsx' ? 'xlsx' : 'csv');

function queryOf(name: string, { title, attribution, charset, delimiter, sheet, column, index, skipBadRows = false }: ImportOptions): ImportQuery {
  const columns = column && JSON.stringify(column.map(columnOf));
  const indexes = index && JSON.stringify(index.map(commaList));
  return { name, title, attribution, skipBadRows, ...given({ charset, delimiter, sheet, columns, indexes }) };
}

function columnOf(text: string): { name: string; type?: (typeof types)[number]; comment?: string } {
  const [name = '', type, ...comment] = text.split(':');
  return { name, ...(type ? { type: oneOf(types)(type) } : {}), ...(comment.length > 0 ? { comment: comment.join(':') } : {}) };
}

function reportText({ table, charset, sheet = '', skipped, faults, badRows }: ImportReport, say: Context['say']): string {
  const from = charset ?? sheet;
  return [
    say(`已导入 ${table.rows} 行到表 ${table.name}（${from}）${skipped > 0 ? `，跳过 ${skipped} 行` : ''}`, `${table.rows} rows imported into ${table.name} (${from})${skipped > 0 ? `, ${skipped} skipped` : ''}`),
    tableOf(
      table.columns,
      [
        [say('列', 'column'), (column) => column.name],
        [say('类型', 'type'), (column) => column.type],
        [say('说明', 'comment'), (column) => column.comment],
      ],
      '',
    ),
    ...badRows.map(({ row, column, cell, why }) => (cell === '' ? say(`第 ${row} 行 ${column}：${why}`, `row ${row} ${column}: ${why}`) : `${cell} ${column}${say('：', ': ')}${why}`)),
    ...(faults > badRows.length ? [say(`…共 ${faults} 处`, `… ${faults} in all`)] : []),
    say(`下一步：npx lingqu resource add <名称> --source hosted --table ${table.name}`, `next: npx lingqu resource add <name> --source hosted --table ${table.name}`),
  ].join('\n');
}
