import { got, type Client, type components } from '@lingqu/client';
import { Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { documentFile, type Document } from '../input/documents.ts';
import { given, oneOf, repeated, wholeNumber } from '../input/options.ts';
import type { Say } from '../language.ts';

export type Definition = components['schemas']['ProductDefinition'];
type Field = Definition['fields'][number];
type Parameter = Definition['parameters'][number];

const classes = ['query', 'verify', 'transfer', 'download', 'other'] as const;
const kinds = ['query', 'verify', 'relay'] as const;
const visibilities = ['public', 'granted'] as const;
const authenticationMethods = ['appkey', 'signature', 'gateway', 'none'] as const;
const operators = ['eq', 'like', 'in', 'range-start', 'range-end'] as const;
const agrCiphers = ['none', 'SM4', 'AES', 'DES'] as const;
const agrCompressions = ['none', 'Gzip', 'Deflate'] as const;
const fieldTypes = ['varchar', 'int', 'bigint', 'numeric', 'double', 'boolean', 'date', 'time', 'timestamp', 'binary', 'json'] as const;

/** The word that ends a service interface's name (GOV-name). */
const classWords: Readonly<Record<(typeof classes)[number], string>> = { query: '查询', verify: '核验', transfer: '传输', download: '下载', other: '其他' };

export interface DefinitionOptions {
  readonly resource?: string;
  readonly provider?: string;
  readonly providerCode?: string;
  readonly name?: string;
  readonly kind?: (typeof kinds)[number];
  readonly class?: (typeof classes)[number];
  readonly description?: string;
  readonly attribution?: string;
  readonly field?: readonly string[];
  readonly param?: readonly string[];
  readonly order?: readonly string[];
  readonly cap?: number;
  readonly maxPageSize?: number;
  readonly listener?: readonly string[];
  readonly authentication?: readonly string[];
  readonly visibility?: (typeof visibilities)[number];
  readonly policy?: string;
  readonly definition?: string;
  readonly agr?: string;
}

export const withDefinition = (command: Command, { say }: Context): Command =>
  command
    .option('--resource <name>', say('数据资源', 'resource'))
    .option('--provider <name>', say('提供方名称', 'name of the provider'))
    .option('--provider-code <code>', say('提供方代码', 'code of the provider'))
    .option('--name <name>', say('服务接口名称（默认：提供方 + 数据资源 + 类别）', 'name; provider + resource + class by default'))
    .option(`--kind <${kinds.join('|')}>`, say('返回数据，只答是否，或原样转发上游应答', 'gives rows, answers only yes or no, or relays what the source answers'), oneOf(kinds))
    .option(`--class <${classes.join('|')}>`, say('类别', 'class of service interface'), oneOf(classes))
    .option('--description <text>', say('说明', 'description'))
    .option('--attribution <text>', say('数据来源与许可', 'attribution'))
    .option('--field <column[:name[:type[:title]]]>', say('字段，可多次给出（默认全部列）', 'a field, repeatable; all columns by default'), repeated)
    .option('--param <name:column[:operator[:required]]>', say(`请求参数，可多次给出；运算：${operators.join('、')}`, `a request parameter, repeatable; operators: ${operators.join(', ')}`), repeated)
    .option('--order <column[:desc]>', say('默认排序，可多次给出（默认按键）', 'default order, repeatable; by the key by default'), repeated)
    .option('--cap <rows>', say('不分页时的行数上限', 'most rows of an answer without paging'), wholeNumber)
    .option('--max-page-size <rows>', say('每页行数上限', 'most rows of a page'), wholeNumber)
    .option('--listener <name>', say('提供服务的监听端口，可多次给出', 'listener that serves it, repeatable'), repeated)
    .option(`--authentication <${authenticationMethods.join('|')}>`, say('鉴权方式，可多次给出；none 为对所有人开放', 'how a call is authenticated, repeatable; none: open to all'), repeated)
    .option(`--visibility <${visibilities.join('|')}>`, say('目录可见性', 'who may see that it exists'), oneOf(visibilities))
    .option('--agr <cipher[:compression[:wrap]]>', say(`农业农村接口的加密（${agrCiphers.join('、')}）、压缩（${agrCompressions.join('、')}），wrap 为封装密钥，如 SM4:Gzip:wrap`, `how AGR’s face encrypts (${agrCiphers.join(', ')}) and compresses (${agrCompressions.join(', ')}); wrap: the key is wrapped; as SM4:Gzip:wrap`))
    .option('--policy <file>', say('策略模板（YAML 或 JSON 文件）', 'policy template (YAML or JSON file)'))
    .addOption(new Option('--definition <file>', say('产品定义（YAML 或 JSON 文件），其他选项优先', 'definition (YAML or JSON file); other options come before it')));

/** A definition for a new product: what the resource suggests, under what the file says, under what the options say. */
export async function newDefinition(api: Client, context: Context, options: DefinitionOptions): Promise<Definition> {
  const { out, say } = context;
  const file = options.definition === undefined ? {} : await documentFile(options.definition, say);
  const resource = options.resource ?? file['resource'];
  if (typeof resource !== 'string') throw usageFailure(say('请用 --resource 指明数据资源', 'name the resource: --resource'));
  const answer = api.GET('/api/v1/resources/{resource}/definition', { params: { path: { resource } } });
  const suggested = await got(answer);
  const leftOut = (await answer).response.headers.get('x-columns-left-out');
  if (leftOut !== null && options.field === undefined) out.note(say(`数据资源的列过多，后 ${leftOut} 列未列为字段，可用 --field 或 --definition 选择`, `the resource has too many columns: the last ${leftOut} became no fields; choose by --field or --definition`));
  const definition = merge({ ...suggested, ...ofKind(options.kind) }, file, await changesOf(options, suggested, say), say);
  if (definition.provider.name === '' || definition.provider.code === '') throw usageFailure(say('请用 --provider 和 --provider-code 指明提供方', 'name the provider: --provider and --provider-code'));
  return definition.name === '' ? { ...definition, name: composedName(definition, suggested.description || resource) } : definition;
}

/** What a kind makes of the suggestion: what is relayed has no fields. */
function ofKind(kind: DefinitionOptions['kind']): Partial<Definition> {
  if (kind === 'verify') return { serviceClass: 'verify' };
  return kind === 'relay' ? { fields: [], order: [] } : {};
}

/** What is not given stays as it is. */
export async function changedDefinition(context: Context, before: Definition, options: DefinitionOptions): Promise<Definition> {
  const file = options.definition === undefined ? {} : await documentFile(options.definition, context.say);
  return merge(before, file, await changesOf(options, before, context.say), context.say);
}

async function changesOf(options: DefinitionOptions, before: Definition, say: Say): Promise<Document> {
  const { resource, name, kind, description, attribution, cap, maxPageSize, visibility } = options;
  return given({
    resource, name, kind, description, attribution, cap, maxPageSize, visibility,
    serviceClass: options.class,
    provider: options.provider === undefined && options.providerCode === undefined ? undefined : { name: options.provider ?? before.provider.name, code: options.providerCode ?? before.provider.code },
    fields: options.field?.map((text) => fieldOf(text, before.fields, say)),
    parameters: options.param?.map((text) => parameterOf(text, say)),
    order: options.order?.map((text) => orderOf(text)),
    listeners: options.listener,
    authentication: options.authentication?.map(oneOf(authenticationMethods)),
    agr: options.agr === undefined ? undefined : agrOf(options.agr, say),
    policy: options.policy === undefined ? undefined : await documentFile(options.policy, say),
  });
}

function merge(base: Definition, file: Document, changes: Document, say: Say): Definition {
  const merged: Document = { ...base, ...file, ...changes };
  if (isDefinition(merged)) return merged;
  throw usageFailure(say('产品定义中的 name 应为文本，provider 应含 name 与 code，fields 和 parameters 应为列表', 'in the definition name must be a text, provider must hold name and code, fields and parameters must be lists'));
}

/** As much as this command itself relies on; the node checks the whole. */
function isDefinition(value: Document): value is Definition & Document {
  const { name, provider, fields, parameters } = value;
  return (
    typeof name === 'string' && typeof provider === 'object' && provider !== null && 'name' in provider && typeof provider.name === 'string' &&
    'code' in provider && typeof provider.code === 'string' && Array.isArray(fields) && Array.isArray(parameters)
  );
}

function fieldOf(text: string, before: readonly Field[], say: Say): Field {
  const [column = '', name, type, ...title] = text.split(':');
  const known = before.find((field) => field.column === column);
  if (known === undefined) {
    throw usageFailure(say(`没有列 ${column}，可用：${before.map((field) => field.column).join('、')}`, `no column ${column}; there are: ${before.map((field) => field.column).join(', ')}`));
  }
  return { ...known, ...(name ? { name } : {}), ...(type ? { type: oneOf(fieldTypes)(type) } : {}), ...(title.length > 0 ? { title: title.join(':') } : {}) };
}

function parameterOf(text: string, say: Say): Parameter {
  const [name = '', column = '', operator = 'eq', need] = text.split(':');
  if (name === '' || column === '' || (need !== undefined && need !== 'required')) {
    throw usageFailure(say(`--param ${text} 应如 name:column:eq:required`, `--param ${text} should look like name:column:eq:required`));
  }
  return { name, column, operator: oneOf(operators)(operator), required: need === 'required', title: '', description: '', example: '' };
}

function agrOf(text: string, say: Say): Definition['agr'] {
  const [cipher = '', compression = 'none', wrap] = text.split(':');
  if (wrap !== undefined && wrap !== 'wrap') throw usageFailure(say(`--agr ${text} 应如 SM4:Gzip:wrap`, `--agr ${text} should look like SM4:Gzip:wrap`));
  return { cipher: oneOf(agrCiphers)(cipher), compression: oneOf(agrCompressions)(compression), wrapKey: wrap === 'wrap' };
}

function orderOf(text: string): Definition['order'][number] {
  const [column = '', direction = 'asc'] = text.split(':');
  return { column, direction: oneOf(['asc', 'desc'])(direction) };
}

/** GOV-name: provider + resource + class, without blanks or punctuation. */
function composedName({ provider, serviceClass }: Definition, title: string): string {
  const word = classWords[serviceClass];
  const bare = title.replaceAll(/[^\p{L}\p{N}（）()—-]+/gu, '');
  return `${provider.name}${bare.endsWith(word) ? bare.slice(0, -word.length) : bare}${word}`;
}
