import { all, done, got, gotVersion, type Client, type components } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { given, oneOf } from '../input/options.ts';
import type { Say } from '../language.ts';
import { cardOf, tableOf } from '../output/table.ts';
import { changedDefinition, newDefinition, withDefinition, type Definition, type DefinitionOptions } from './product-definition.ts';

type Product = components['schemas']['Product'];
const states = ['draft', 'published', 'withdrawn'] as const;
type State = (typeof states)[number];

export function productCommands(program: Command, context: Context): void {
  const { say } = context;
  const product = program.command('product').description(say('数据产品（服务接口）', 'products: service interfaces'));
  withDefinition(product.command('create [code]'), context)
    .description(say('由数据资源建立草稿；不给编码时由节点编号', 'make a draft from a resource; without a code the node gives one'))
    .action((code: string | undefined, options: DefinitionOptions) => create(context, code, options));
  product
    .command('list')
    .description(say('列出产品', 'list products'))
    .option(`--state <${states.join('|')}>`, say('状态', 'state'), oneOf(states))
    .action((options: { state?: State }) => list(context, options));
  product
    .command('show <code>')
    .description(say('查看产品与各接口地址', 'show a product and the URL of every face'))
    .option('--live', say('调用方所用的版本', 'the version that callers use'))
    .action((code: string, options: { live?: boolean }) => show(context, code, options));
  withDefinition(product.command('update <code>'), context)
    .description(say('修改草稿，未给出的保持不变', 'change the draft; what is not given stays'))
    .action((code: string, options: DefinitionOptions) => update(context, code, options));
  product
    .command('publish <code>')
    .description(say('发布，并列出不再适合的授权', 'publish, and list the grants that do not fit any more'))
    .option('--dry-run', say('只检查，不发布', 'check only'))
    .action((code: string, { dryRun }: { dryRun?: boolean }) => (dryRun === true ? check(context, code) : publish(context, code)));
  product.command('withdraw <code>').description(say('撤销发布', 'withdraw')).action((code: string) => withdraw(context, code));
  product.command('remove <code>').description(say('删除', 'remove')).action((code: string) => remove(context, code));
}

async function create(context: Context, code: string | undefined, options: DefinitionOptions): Promise<void> {
  const { client, out, say } = context;
  const api = await client();
  const definition = await newDefinition(api, context, options);
  const product = await got(api.POST('/api/v1/products', { body: { definition, ...given({ code }) } }));
  out.show(product, () =>
    say(`草稿 ${product.code}（${product.name}）已建立。下一步：npx lingqu product publish ${product.code}`, `draft ${product.code} (${product.name}) made; next: npx lingqu product publish ${product.code}`),
  );
}

async function list({ client, out, say }: Context, { state }: { state?: State }): Promise<void> {
  const api = await client();
  const products = await Array.fromAsync(all((page) => got(api.GET('/api/v1/products', { params: { query: { ...page, ...given({ state }) } } }))));
  out.show(products, () =>
    tableOf(
      products,
      [
        [say('编码', 'code'), (each) => each.code],
        [say('名称', 'name'), (each) => each.name],
        [say('数据资源', 'resource'), (each) => each.resource],
        [say('状态', 'state'), (each) => stateText(each, say)],
        [say('在用版本', 'live version'), (each) => each.liveVersion],
      ],
      say('没有产品', 'no products'),
    ),
  );
}

function stateText({ state, liveVersion, draftVersion }: Pick<Product, 'state' | 'liveVersion' | 'draftVersion'>, say: Say): string {
  const words = { draft: say('草稿', 'draft'), published: say('已发布', 'published'), withdrawn: say('已撤销', 'withdrawn') };
  const pending = liveVersion !== null && draftVersion > liveVersion;
  return pending ? say(`${words[state]}，修改待发布`, `${words[state]}, changes to be published`) : words[state];
}

const one = (api: Client, product: string, which: 'newest' | 'live' = 'newest') =>
  gotVersion(api.GET('/api/v1/products/{product}', { params: { path: { product }, query: { which } } }));

async function show({ client, out, say }: Context, code: string, { live }: { live?: boolean }): Promise<void> {
  const { value } = await one(await client(), code, live === true ? 'live' : 'newest');
  out.show(value, () => [cardOf(lines(value, say)), fieldTable(value.definition, say), parameterTable(value.definition, say)].join('\n'));
}

function lines(product: Product, say: Say): (readonly [string, unknown])[] {
  const { definition, faces } = product;
  return [
    [say('编码', 'code'), product.code],
    [say('名称', 'name'), product.name],
    [say('状态', 'state'), stateText(product, say)],
    [say('提供方', 'provider'), `${definition.provider.name} (${definition.provider.code})`],
    [say('数据资源', 'resource'), product.resource],
    [say('说明', 'description'), definition.description],
    [say('数据来源', 'attribution'), definition.attribution],
    [say('不分页行数上限', 'cap'), definition.cap],
    ...(faces === null ? [[say('地址', 'faces'), say('没有监听端口提供此产品', 'no listener serves it')] as const] : Object.entries(faces).map(([face, url]) => [face, url] as const)),
  ];
}

const fieldTable = ({ fields }: Definition, say: Say): string =>
  tableOf(
    fields,
    [
      [say('字段', 'field'), (field) => field.name],
      [say('列', 'column'), (field) => field.column],
      [say('类型', 'type'), (field) => field.type],
      [say('名称', 'title'), (field) => field.title],
    ],
    say('没有字段', 'no fields'),
  );

const parameterTable = ({ parameters }: Definition, say: Say): string =>
  tableOf(
    parameters,
    [
      [say('参数', 'parameter'), (parameter) => parameter.name],
      [say('列', 'column'), (parameter) => parameter.column],
      [say('运算', 'operator'), (parameter) => parameter.operator],
      [say('必填', 'required'), (parameter) => (parameter.required ? say('是', 'yes') : say('否', 'no'))],
    ],
    say('没有请求参数', 'no request parameters'),
  );

async function update(context: Context, code: string, options: DefinitionOptions): Promise<void> {
  const { client, out, say } = context;
  const api = await client();
  const { value, etag } = await one(api, code);
  const definition = await changedDefinition(context, value.definition, options);
  const product = await got(api.PUT('/api/v1/products/{product}', { params: { path: { product: code } }, headers: { 'if-match': etag }, body: { definition } }));
  out.show(product, () => say(`产品 ${product.code} 已修改，发布后生效`, `product ${product.code} changed; publish it to let callers feel it`));
}

async function publish({ client, out, say }: Context, code: string): Promise<void> {
  const api = await client();
  const { etag } = await one(api, code);
  const product = await got(api.POST('/api/v1/products/{product}/publish', { params: { path: { product: code } }, headers: { 'if-match': etag } }));
  out.show(product, () =>
    [
      say(`产品 ${product.code} 已发布（第 ${product.liveVersion} 版）`, `product ${product.code} published (version ${product.liveVersion})`),
      ...Object.entries(product.faces ?? {}).map(([face, url]) => `  ${face}: ${url}`),
      ...unfitLines(product.unfitGrants, say),
    ].join('\n'),
  );
}

async function check({ client, out, say }: Context, code: string): Promise<void> {
  const api = await client();
  const checked = await got(api.GET('/api/v1/products/{product}/check', { params: { path: { product: code } } }));
  out.show(checked, () => [say(`产品 ${code} 可以发布`, `product ${code} can be published`), ...unfitLines(checked.unfitGrants, say)].join('\n'));
}

function unfitLines({ count, items }: components['schemas']['UnfitGrants'], say: Say): string[] {
  if (count === 0) return [];
  const listed = items.map(({ id, subjectName, denied, reasons }) => {
    const effect = denied ? say('调用被拒绝', 'calls are denied') : say('仍有效', 'stands');
    return `  ${id} ${subjectName} (${effect}): ${reasons.join('; ')}`;
  });
  const rest = count > items.length ? [say(`  ……另有 ${count - items.length} 项`, `  … and ${count - items.length} more`)] : [];
  return [say(`授权的条款不再适合该版本（${count} 项），请修改：`, `grants that do not fit this version (${count}); change them:`), ...listed, ...rest];
}

async function withdraw({ client, out, say }: Context, code: string): Promise<void> {
  const api = await client();
  const { etag } = await one(api, code);
  const product = await got(api.POST('/api/v1/products/{product}/withdraw', { params: { path: { product: code } }, headers: { 'if-match': etag } }));
  out.show(product, () => say(`产品 ${product.code} 已撤销`, `product ${product.code} withdrawn`));
}

async function remove({ client, out, say }: Context, code: string): Promise<void> {
  const api = await client();
  const { etag } = await one(api, code);
  await done(api.DELETE('/api/v1/products/{product}', { params: { path: { product: code } }, headers: { 'if-match': etag } }));
  out.show({ removed: code }, () => say(`产品 ${code} 已删除`, `product ${code} removed`));
}
