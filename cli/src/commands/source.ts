import { all, done, got, gotVersion, type Client } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { documentFile, textFile } from '../input/documents.ts';
import { given, pairs, wholeNumber } from '../input/options.ts';
import { secretFile } from '../input/secrets.ts';
import { cardOf, tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

interface SettingOptions {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly queryUser?: string;
  readonly queryPasswordFile?: string;
  readonly tls?: string;
  readonly timeZone?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly settings?: string;
  readonly secretFile?: string;
}

/** The options that every command on a source's settings has. */
const withSettings = (command: Command, { say }: Context): Command =>
  command
    .option('--host <host>', say('主机', 'host'))
    .option('--port <port>', say('端口', 'port'), wholeNumber)
    .option('--database <name>', say('数据库', 'database'))
    .option('--user <name>', say('用户', 'user'))
    .option('--password-stdin', say('从标准输入读密码', 'read the password from stdin'))
    .option('--password-file <path>', say('从文件读密码', 'read the password from a file'))
    .option('--query-user <name>', say('查询专用账号，只可 SELECT', 'log-in of its own for queries, which may SELECT and nothing else'))
    .option('--query-password-file <path>', say('从文件读查询专用账号的密码', 'read that log-in’s password from a file'))
    .option('--tls <off|require|verify>', say('传输加密', 'encryption'))
    .option('--time-zone <zone>', say('无时区时间所用的时区', 'zone of times without zone'))
    .option('--settings <file>', say('从 YAML 或 JSON 文件读设置；其他选项优先', 'read settings from a YAML or JSON file; other options come before it'))
    .option('--secret-file <path>', say('从文件读上游服务的凭据', 'read the upstream’s credential from a file'))
    .option('--set <name=value>', say('其他设置，可多次给出', 'other settings, repeatable'), pairs);

async function settingsOf(options: SettingOptions, context: Context, ask: boolean): Promise<Record<string, unknown>> {
  const { set = {}, host, port, database, user, queryUser, tls, timeZone } = options;
  const password = await passwordOf(options, context, ask && user !== undefined);
  const queryPassword = options.queryPasswordFile === undefined ? undefined : await secretFile(options.queryPasswordFile, context.say);
  const file = options.settings === undefined ? {} : await documentFile(options.settings, context.say);
  const secret = options.secretFile === undefined ? undefined : await secretFile(options.secretFile, context.say);
  const others = Object.fromEntries(Object.entries(set).map(([name, value]) => [name, settingValue(value)]));
  return { ...file, ...others, ...given({ host, port, database, user, password, queryUser, queryPassword, tls, timeZone, secret }) };
}

/** Asked for where a person is there to answer; an empty answer means that the source wants none. */
async function passwordOf({ passwordFile, passwordStdin }: SettingOptions, { input, say }: Context, ask: boolean): Promise<string | undefined> {
  if (passwordFile !== undefined) return secretFile(passwordFile, say);
  if (passwordStdin === true) return input.line(say('密码', 'password'));
  return ask && input.terminal ? input.askSecret(say('数据源密码', 'password of the source')) : undefined;
}

const settingValue = (text: string): unknown => (/^\d{1,15}$/.test(text) ? Number(text) : text === 'true' || text === 'false' ? text === 'true' : text);

type SourceType = { readonly type: string };

export function sourceCommands(program: Command, context: Context): void {
  const { say } = context;
  const source = program.command('source').description(say('数据源', 'sources: where data lies'));
  const type = (command: Command): Command => command.option('--type <type>', say('类型', 'type'), 'postgres');
  withSettings(type(source.command('add <name>')), context)
    .description(say('测试并登记数据源', 'test a source and add it'))
    .action((name: string, options: SettingOptions & SourceType) => add(context, name, options));
  source.command('list').description(say('列出数据源', 'list sources')).action(() => list(context));
  source.command('show <name>').description(say('查看数据源', 'show a source')).action((name: string) => show(context, name));
  withSettings(type(source.command('test')), context)
    .description(say('只测试连接，不登记', 'test a connection without adding it'))
    .action((options: SettingOptions & SourceType) => test(context, options));
  source
    .command('describe <file>')
    .description(say('由 OpenAPI 3 或 WSDL 1.1 文件得出设置，供核对后用于 --settings', 'make settings of an OpenAPI 3 or WSDL 1.1 document, to be looked at and given to --settings'))
    .requiredOption('--type <http|soap>', say('类型', 'type'))
    .action((file: string, options: SourceType) => describe(context, file, options));
  source.command('check <name>').description(say('再次测试已登记的数据源', 'test a source that was added')).action((name: string) => check(context, name));
  withSettings(source.command('update <name>'), context)
    .description(say('修改设置，未给出的保持不变', 'change settings; what is not given stays'))
    .action((name: string, options: SettingOptions) => update(context, name, options));
  source.command('tables <name>').description(say('列出数据源中的表', 'list the tables of a source')).action((name: string) => tables(context, name));
  source.command('remove <name>').description(say('删除数据源', 'remove a source')).action((name: string) => remove(context, name));
}

async function add(context: Context, name: string, { type, ...options }: SettingOptions & SourceType): Promise<void> {
  const settings = await settingsOf(options, context, true);
  const source = await got((await context.client()).POST('/api/v1/sources', { body: { name, type, settings } }));
  context.out.show(source, () => context.say(`数据源 ${source.name} 已登记。下一步：npx lingqu source tables ${source.name}`, `source ${source.name} added; next: npx lingqu source tables ${source.name}`));
}

async function list({ client, out, say }: Context): Promise<void> {
  const api = await client();
  const sources = await Array.fromAsync(all((query) => got(api.GET('/api/v1/sources', { params: { query } }))));
  out.show(sources, () =>
    tableOf(
      sources,
      [
        [say('名称', 'name'), (each) => each.name],
        [say('类型', 'type'), (each) => each.type],
        [say('状态', 'state'), (each) => stateText(each, say)],
        [say('检查时间', 'checked'), (each) => timeText(each.checkedAt)],
      ],
      say('没有数据源', 'no sources'),
    ),
  );
}

const stateText = (source: { readonly state: string; readonly stateNote: string }, say: Context['say']): string =>
  source.state === 'ok' ? say('正常', 'ok') : `${say('故障', 'failing')} ${source.stateNote}`;

async function show({ client, out, say }: Context, name: string): Promise<void> {
  const source = await one(await client(), name);
  out.show(source.value, () =>
    cardOf([
      [say('名称', 'name'), source.value.name],
      [say('类型', 'type'), source.value.type],
      [say('状态', 'state'), stateText(source.value, say)],
      [say('检查时间', 'checked'), timeText(source.value.checkedAt)],
      ...Object.entries(source.value.settings).map(([key, value]) => [key, value] as const),
    ]),
  );
}

const one = (api: Client, source: string) => gotVersion(api.GET('/api/v1/sources/{source}', { params: { path: { source } } }));

async function test(context: Context, { type, ...options }: SettingOptions & SourceType): Promise<void> {
  const settings = await settingsOf(options, context, true);
  showProbe(context, await got((await context.client()).POST('/api/v1/sources/test', { body: { type, settings } })));
}

/** YAML, so that it can be kept in a file and given to `--settings`; what could not be read stands before it as comments. */
async function describe(context: Context, file: string, { type }: SourceType): Promise<void> {
  const document = await textFile(file, context.say);
  const described = await got((await context.client()).POST('/api/v1/sources/describe', { body: { type, document } }));
  context.out.show(described, () => [...described.warnings.map((warning) => `# ! ${warning}`), JSON.stringify(described.settings, undefined, 2)].join('\n'));
}

async function check(context: Context, source: string): Promise<void> {
  showProbe(context, await got((await context.client()).POST('/api/v1/sources/{source}/check', { params: { path: { source } } })));
}

function showProbe({ out, say }: Context, probe: { readonly about: Readonly<Record<string, string>>; readonly warnings: readonly string[] }): void {
  out.show(probe, () => [say('✓ 连接正常', '✓ the connection works'), cardOf(Object.entries(probe.about)), ...probe.warnings.map((warning) => `! ${warning}`)].join('\n'));
}

async function update(context: Context, name: string, options: SettingOptions): Promise<void> {
  const api = await context.client();
  const { etag } = await one(api, name);
  const settings = await settingsOf(options, context, false);
  const source = await got(api.PATCH('/api/v1/sources/{source}', { params: { path: { source: name } }, headers: { 'if-match': etag }, body: { settings } }));
  context.out.show(source, () => context.say(`数据源 ${name} 已修改`, `source ${name} changed`));
}

async function tables({ client, out, say }: Context, source: string): Promise<void> {
  const api = await client();
  const items = await Array.fromAsync(all((query) => got(api.GET('/api/v1/sources/{source}/tables', { params: { path: { source }, query } }))));
  out.show(items, () =>
    tableOf(
      items,
      [
        [say('模式', 'schema'), (table) => table.schema],
        [say('表', 'table'), (table) => table.name],
        [say('说明', 'comment'), (table) => table.comment],
        [say('列数', 'columns'), (table) => table.columns.length],
        [say('键', 'key'), (table) => table.key.join(', ')],
      ],
      say('没有可读的表', 'no tables that the node may read'),
    ),
  );
}

async function remove({ client, out, say }: Context, source: string): Promise<void> {
  const api = await client();
  const { etag } = await one(api, source);
  await done(api.DELETE('/api/v1/sources/{source}', { params: { path: { source } }, headers: { 'if-match': etag } }));
  out.show({ removed: source }, () => say(`数据源 ${source} 已删除`, `source ${source} removed`));
}
