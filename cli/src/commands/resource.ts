import { all, done, got, gotVersion, type Client } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { commaList, given, pairs } from '../input/options.ts';
import { queryFile } from '../input/query.ts';
import { cardOf, tableOf } from '../output/table.ts';

interface AddOptions {
  readonly source: string;
  readonly table?: string;
  readonly query?: string;
  readonly schema?: string;
  readonly title?: string;
  readonly key?: string[];
}

export function resourceCommands(program: Command, context: Context): void {
  const { say } = context;
  const resource = program.command('resource').description(say('数据资源：数据源的表或查询', 'resources: tables of a source, and queries'));
  resource
    .command('add <name>')
    .description(say('把数据源中的表或查询登记为数据资源', 'describe a table of a source, or a query, as a resource'))
    .requiredOption('--source <name>', say('数据源', 'source'))
    .option('--table <name>', say('表', 'table'))
    .option('--query <file>', queryHelp(context))
    .option('--schema <name>', say('模式', 'schema'))
    .option('--title <text>', say('名称（默认取表的注释）', 'title; the table’s comment by default'))
    .option('--key <columns>', say('唯一确定一行的列，以逗号分隔（默认为表的主键）', 'columns that are unique together; the table’s own key by default'), commaList)
    .action((name: string, options: AddOptions) => add(context, name, options));
  resource
    .command('explain [name]')
    .description(say('检查查询，显示其列与执行计划；不读取数据', 'check a query, show its columns and plan; nothing is read'))
    .option('--source <name>', say('数据源（尚未登记的查询）', 'source, for a query that is not added yet'))
    .option('--query <file>', queryHelp(context))
    .option('--value <name=value>', say('参数的值，可多次给出；默认用 sample', 'a parameter’s value, repeatable; its sample by default'), pairs)
    .action((name: string | undefined, options: ExplainOptions) => explain(context, name, options));
  resource.command('list').description(say('列出数据资源', 'list resources')).action(() => list(context));
  resource.command('show <name>').description(say('查看数据资源', 'show a resource')).action((name: string) => show(context, name));
  resource
    .command('refresh <name>')
    .description(say('重新读取表结构', 'read the table’s structure again'))
    .option('--accept', say('接受表的现状：列消失、类型改变都以现状为准', 'take the table as it is now, with columns gone and types changed'))
    .action((name: string, options: { accept?: boolean }) => refresh(context, name, options));
  resource.command('remove <name>').description(say('删除数据资源', 'remove a resource')).action((name: string) => remove(context, name));
}

const queryHelp = ({ say }: Context): string => say('查询文件（YAML 或 JSON）：sql、parameters、minimumGroup', 'file of a query (YAML or JSON): sql, parameters, minimumGroup');

async function add({ client, out, say }: Context, name: string, { source, query: file, ...rest }: AddOptions): Promise<void> {
  if ((file === undefined) === (rest.table === undefined)) throw usageFailure(say('请给出 --table 或 --query 之一', 'give either --table or --query'));
  const query = file === undefined ? undefined : await queryFile(file, say);
  const api = await client();
  const resource = await got(api.POST('/api/v1/resources', { body: { name, source, ...given({ query, ...rest }) } }));
  out.show(resource, () =>
    say(
      `数据资源 ${name} 已登记：${resource.columns.length} 列，键 ${resource.key.join('、')}。下一步：npx lingqu product create <编码> --resource ${name}`,
      `resource ${name} added: ${resource.columns.length} columns, key ${resource.key.join(', ')}; next: npx lingqu product create <code> --resource ${name}`,
    ),
  );
}

interface ExplainOptions {
  readonly source?: string;
  readonly query?: string;
  readonly value?: Readonly<Record<string, string>>;
}

async function explain(context: Context, name: string | undefined, { source, query: file, value: values = {} }: ExplainOptions): Promise<void> {
  const { client, out, say } = context;
  const explanation = name === undefined ? await explainDraft(context, source, file, values) : await got((await client()).POST('/api/v1/resources/{resource}/explain', { params: { path: { resource: name } }, body: { values } }));
  out.show(explanation, () =>
    [
      columnsOf(explanation.columns, context),
      cardOf([
        [say('估计代价', 'cost'), explanation.cost],
        [say('估计行数', 'rows'), explanation.rows],
        ...explanation.warnings.map((warning) => [say('注意', 'note'), warning] as const),
      ]),
      ...explanation.plan,
    ].join('\n'),
  );
}

async function explainDraft({ client, say }: Context, source: string | undefined, file: string | undefined, values: Readonly<Record<string, string>>) {
  if (source === undefined || file === undefined) throw usageFailure(say('请给出数据资源的名称，或 --source 与 --query', 'give a resource’s name, or --source and --query'));
  const query = await queryFile(file, say);
  return got((await client()).POST('/api/v1/resources/explain', { body: { source, query, values } }));
}

async function list({ client, out, say }: Context): Promise<void> {
  const api = await client();
  const resources = await Array.fromAsync(all((query) => got(api.GET('/api/v1/resources', { params: { query } }))));
  out.show(resources, () =>
    tableOf(
      resources,
      [
        [say('名称', 'name'), (each) => each.name],
        [say('标题', 'title'), (each) => each.title],
        [say('数据源', 'source'), (each) => each.sourceName],
        [say('表', 'table'), (each) => (each.query === undefined ? tableName(each.table) : say('（查询）', '(query)'))],
        [say('列数', 'columns'), (each) => each.columns.length],
        [say('提示', 'notice'), (each) => each.notice],
      ],
      say('没有数据资源', 'no resources'),
    ),
  );
}

const tableName = ({ schema, name }: { readonly schema: string; readonly name: string }): string => (schema === '' ? name : `${schema}.${name}`);

const one = (api: Client, resource: string) => gotVersion(api.GET('/api/v1/resources/{resource}', { params: { path: { resource } } }));

async function show(context: Context, name: string): Promise<void> {
  const { value } = await one(await context.client(), name);
  showResource(context, value);
}

type Resource = Awaited<ReturnType<typeof one>>['value'];

function showResource({ out, say }: Context, resource: Resource): void {
  out.show(resource, () =>
    [
      cardOf([
        [say('名称', 'name'), resource.name],
        [say('标题', 'title'), resource.title],
        [say('数据源', 'source'), resource.sourceName],
        ...(resource.query === undefined ? [[say('表', 'table'), tableName(resource.table)] as const] : [[say('查询', 'query'), resource.query.sql] as const]),
        [say('键', 'key'), resource.key.join(', ')],
        [say('提示', 'notice'), resource.notice],
      ]),
      columnsOf(resource.columns, { say }),
    ].join('\n'),
  );
}

const columnsOf = (columns: Resource['columns'], { say }: Pick<Context, 'say'>): string =>
  tableOf(
    columns,
    [
      [say('列', 'column'), (column) => (column.input === true ? `:${column.name}` : column.name)],
      [say('类型', 'type'), (column) => column.type],
      [say('原类型', 'native'), (column) => column.native],
      [say('可空', 'nullable'), (column) => (column.nullable ? say('是', 'yes') : say('否', 'no'))],
      [say('说明', 'comment'), (column) => column.comment],
    ],
    say('没有列', 'no columns'),
  );

async function refresh(context: Context, name: string, { accept = false }: { accept?: boolean }): Promise<void> {
  const api = await context.client();
  showResource(context, await got(api.POST('/api/v1/resources/{resource}/refresh', { params: { path: { resource: name }, query: { accept } } })));
}

async function remove({ client, out, say }: Context, name: string): Promise<void> {
  const api = await client();
  const { etag } = await one(api, name);
  await done(api.DELETE('/api/v1/resources/{resource}', { params: { path: { resource: name } }, headers: { 'if-match': etag } }));
  out.show({ removed: name }, () => say(`数据资源 ${name} 已删除`, `resource ${name} removed`));
}
