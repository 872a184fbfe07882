import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { DomainError, reasonOf } from '../kernel/errors.ts';
import { faultTexts } from '../kernel/faults.ts';
import { checkDatabaseUrl, checkListeners, readAuthorities, wrong } from './checks.ts';

const Cidr = Type.String({ minLength: 2, maxLength: 50 });

/** A door of the node (design: Doors). */
const Listener = Type.Object(
  {
    /** Products name the listeners that serve them. */
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: '小写字母开头，其后为小写字母、数字、-，至多 40 个字符 (a small letter, then small letters, digits and -, at most 40 characters)' }),
    /** What stands behind it: the console's API, or the standards' faces. */
    serves: Type.Union([Type.Literal('management'), Type.Literal('data')]),
    address: Type.String({ minLength: 1, maxLength: 100 }),
    port: Type.Integer({ minimum: 0, maximum: 65535 }),
    /** Paths of a PEM certificate chain and key: HTTPS; absent: HTTP. */
    tls: Type.Optional(Type.Object({ certificate: Type.String({ minLength: 1 }), key: Type.String({ minLength: 1 }) }, { additionalProperties: false })),
    /** Who may connect; absent: everyone who can reach the address. */
    allow: Type.Optional(Type.Array(Cidr, { maxItems: 1000 })),
    /** Proxies whose X-Forwarded-For and Forwarded are believed. */
    trustedProxies: Type.Array(Cidr, { maxItems: 100, default: [] }),
    /** The base URL that callers use, where a proxy stands in front. */
    publicUrl: Type.Optional(Type.String({ pattern: '^https?://[^/]+(/.*)?$', maxLength: 300, description: '以 http:// 或 https:// 开头的地址 (a URL that begins with http:// or https://)' })),
    /** How long a caller may take to send the head of a request, and the whole of it; files to import aside. */
    headSeconds: Type.Integer({ minimum: 1, maximum: 60, default: 10 }),
    requestSeconds: Type.Integer({ minimum: 1, maximum: 300, default: 30 }),
  },
  { additionalProperties: false },
);
export type ListenerSettings = Static<typeof Listener>;

/** The configuration file (YAML or JSON), named by LINGQU_CONFIG. No variable of the environment says what it can say. */
const File = Type.Object(
  {
    listeners: Type.Optional(Type.Array(Listener, { minItems: 1, maxItems: 10 })),
    journal: Type.Object({ retentionDays: Type.Integer({ minimum: 180, maximum: 36_500, default: 180, description: 'NDI 6.2.5 c: never under 180' }) }, { additionalProperties: false, default: {} }),
    delivery: Type.Object(
      {
        deadlineSeconds: Type.Integer({ minimum: 1, maximum: 15, default: 15, description: 'GOV-time: never over 15' }),
        idleSeconds: Type.Integer({ minimum: 5, maximum: 600, default: 30 }),
        leastBytesPerSecond: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1024 }),
      },
      { additionalProperties: false, default: {} },
    ),
    outbound: Type.Object(
      {
        /** Names, addresses and CIDR blocks of upstreams that are closed by default: loopback, link-local, metadata. */
        allow: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { maxItems: 1000, default: [] }),
        /** Path of a PEM: authorities that receivers of notices may have beside the system's. */
        ca: Type.Optional(Type.String({ minLength: 1 })),
      },
      { additionalProperties: false, default: {} },
    ),
    /** Source types from outside the tree: packages by name, files by path, from the folder of this file where it is relative. */
    externs: Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { maxItems: 50, default: [] }),
    /** Whether the CLI on the node's own machine may use the token that each start mints. */
    operatorToken: Type.Boolean({ default: true }),
    logLevel: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], { default: 'info' }),
  },
  { additionalProperties: false },
);
type File = Static<typeof File>;
const fileSchema = Compile(File);

export interface Settings extends Omit<File, 'listeners' | 'outbound'> {
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  readonly nodeKey: string | undefined;
  readonly sample: boolean;
  readonly listeners: readonly ListenerSettings[];
  /** `authorities`: what stands in the file of `outbound.ca`; '' where none is named. */
  readonly outbound: { readonly allow: readonly string[]; readonly authorities: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks everything that the node is told from outside; throws `settings.*` naming what is wrong. */
export async function readSettings(env: Environment): Promise<Settings> {
  const { listeners: named, outbound: { allow, ca }, ...file } = await readFileSettings(nonEmpty(env['LINGQU_CONFIG']));
  const databaseUrl = nonEmpty(env['DATABASE_URL']);
  if (databaseUrl !== undefined) checkDatabaseUrl(databaseUrl);
  const listeners = named === undefined ? defaultListeners(env) : listenersOfFile(named, env);
  await checkListeners(listeners);
  return {
    ...file,
    folder: resolve(env['LINGQU_DATA'] ?? './data'),
    databaseUrl,
    nodeKey: nonEmpty(env['LINGQU_NODE_KEY']),
    sample: readSample(nonEmpty(env['LINGQU_SAMPLE'])),
    listeners,
    outbound: { allow, authorities: ca === undefined ? '' : await readAuthorities(ca) },
  };
}

function readSample(text = 'on'): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw wrong('sample', `LINGQU_SAMPLE 应为 on 或 off，实为 ${text} (LINGQU_SAMPLE is on or off)`);
}

async function readFileSettings(path: string | undefined): Promise<File> {
  const filled = Default(File, path === undefined ? {} : ((await parseFile(path)) ?? {}));
  if (fileSchema.Check(filled)) return { ...filled, externs: filled.externs.map((extern) => specifierOf(extern, dirname(resolve(path ?? '')))) };
  const faults = faultTexts(fileSchema.Errors(filled), 'file', File);
  throw new DomainError('invalid-definition', 'settings.file', `配置文件有误：${faults.join('; ')} (the configuration file ${path} is wrong)`, { details: { faults } });
}

async function parseFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw wrong('file.unreadable', `配置文件 ${path} 无法读取：${reasonOf(cause)} (LINGQU_CONFIG names a file that cannot be read: is it there, and may the node's user read it?)`, cause);
  });
  try {
    return parse(text);
  } catch (cause) {
    throw wrong('file.syntax', `配置文件 ${path} 不是合法的 YAML：${reasonOf(cause)} (the configuration file is no YAML)`, cause);
  }
}

/** What `import()` takes: a package's name stays, a path becomes a file's URL. */
const specifierOf = (extern: string, folder: string): string => (extern.startsWith('.') || isAbsolute(extern) ? pathToFileURL(resolve(folder, extern)).href : extern);

/** The file's listeners have their own ports and addresses: variables that would change nothing are refused. */
function listenersOfFile(listeners: readonly ListenerSettings[], env: Environment): ListenerSettings[] {
  const dead = ['LINGQU_PORT', 'LINGQU_HOST'].filter((name) => nonEmpty(env[name]) !== undefined);
  if (dead.length > 0) {
    throw wrong('listeners', `配置文件已写明 listeners，不能再用 ${dead.join('、')}：请将端口和地址写入配置文件，并去掉该环境变量 (the configuration file has listeners: write port and address there, and unset ${dead.join(' and ')})`);
  }
  return listeners.map(({ publicUrl, ...listener }) => ({ ...listener, ...(publicUrl !== undefined && { publicUrl: publicUrl.replace(/\/+$/, '') }) }));
}

/** Management on LINGQU_PORT (8600) of the loopback; data one above, for everyone. */
function defaultListeners(env: Environment): ListenerSettings[] {
  const text = nonEmpty(env['LINGQU_PORT']) ?? '8600';
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_534) throw wrong('port', `LINGQU_PORT 应为端口号，实为 ${text} (LINGQU_PORT is not a port)`);
  const rest = { trustedProxies: [], headSeconds: 10, requestSeconds: 30 };
  return [
    { name: 'management', serves: 'management', address: '127.0.0.1', port, ...rest },
    { name: 'data', serves: 'data', address: nonEmpty(env['LINGQU_HOST']) ?? '0.0.0.0', port: port === 0 ? 0 : port + 1, ...rest },
  ];
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
