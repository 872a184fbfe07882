import { got, LingquProblem, unreachable } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { oneOf, pairs, wholeNumber } from '../input/options.ts';
import { secretFile } from '../input/secrets.ts';
import { bytesText } from '../output/progress.ts';
import { printBody, saveBody } from '../output/save.ts';

/** How a caller calls each face: which of the product's URLs, where the key stands, what is accepted. */
const faces = {
  sea: { url: 'sea', key: 'query', accept: 'application/json' },
  'gov-json': { url: 'gov', key: 'header', accept: 'application/json' },
  'gov-xml': { url: 'gov', key: 'header', accept: 'application/xml' },
  'gov-csv': { url: 'gov', key: 'header', accept: 'text/csv' },
} as const;
type FaceName = keyof typeof faces;
const faceNames: readonly FaceName[] = ['sea', 'gov-json', 'gov-xml', 'gov-csv'];

interface CallOptions {
  readonly param?: Readonly<Record<string, string>>;
  readonly face: FaceName;
  readonly page?: number;
  readonly pageSize?: number;
  readonly dataUrl?: string;
  readonly keyFile?: string;
  readonly keyStdin?: boolean;
  readonly showCurl?: boolean;
  readonly out?: string;
}

export function callCommands(program: Command, context: Context): void {
  const { say } = context;
  program
    .command('call <product>')
    .description(say('以 appkey 调用数据接口（appkey 取自 --key-file、LINGQU_APPKEY 或询问）', 'call a data face with an appkey (from --key-file, LINGQU_APPKEY, or asked for)'))
    .option('--param <name=value>', say('请求参数，可多次给出', 'a request parameter, repeatable'), pairs)
    .option(`--face <${faceNames.join('|')}>`, say('接口', 'face'), oneOf(faceNames), 'sea')
    .option('--page <number>', say('页码，从 1 开始', 'page, from 1'), wholeNumber)
    .option('--page-size <rows>', say('每页行数', 'rows of a page'), wholeNumber)
    .option('--data-url <url>', say('数据监听地址（默认向节点查询）', 'the data listener’s base URL; the node is asked by default'))
    .option('--key-file <path>', say('存放 appkey 的文件', 'file that holds the appkey'))
    .option('--key-stdin', say('从标准输入读 appkey', 'read the appkey from stdin'))
    .option('--show-curl', say('同时打印等价的 curl 命令（不含 appkey 本身）', 'print the curl line too (without the appkey itself)'))
    .option('--out <file>', say('把回答写入文件', 'write the answer into a file'))
    .action((product: string, options: CallOptions) => call(context, product, options));
}

async function call(context: Context, product: string, options: CallOptions): Promise<void> {
  const { out } = context;
  const url = await urlOf(context, product, options);
  for (const [name, value] of Object.entries({ ...options.param, ...pageOf(options) })) url.searchParams.append(name, value);
  const key = await keyOf(context, options);
  const curl = curlLine(url, options.face);
  if (options.showCurl === true) out.note(curl);
  const begun = performance.now();
  const response = await send(url, key, options.face);
  if (statusOf(response) >= 400) return refuse(context, response);
  if (options.out !== undefined) return save(context, response, options.out);
  if (!out.json) return printBody(response.body, out, context.say);
  const { status, headers } = response;
  const body = await response.text().catch((error: unknown) => {
    throw unreachable(url.origin, error);
  });
  const contentType = headers.get('content-type') ?? '';
  const answer = { status, contentType, requestId: headers.get('x-request-id') ?? '', ms: Math.round(performance.now() - begun), ...(options.showCurl === true ? { curl } : {}) };
  out.showJson(() => answerJson(answer, body, contentType), () => body);
}

/** SEA answers with HTTP 200 and says the status in a header (decision 25). */
const statusOf = ({ headers, status }: Response): number => Number(headers.get('x-status') ?? status);

/** The face's own words are the answer's: they are printed, and what they mean is the problem. */
async function refuse({ out, say }: Context, response: Response): Promise<never> {
  const { headers } = response;
  const body = await response.text();
  if (!out.json) out.raw.write(`${body.trimEnd()}\n`);
  const said = messageOf(body) ?? `HTTP ${response.status}`;
  throw new LingquProblem({
    code: 'call.refused',
    detail: say(`调用被拒绝：${said}`, `the call was refused: ${said}`),
    status: statusOf(response),
    requestId: headers.get('x-request-id') ?? '',
    errorId: headers.get('x-error-id') ?? '',
    details: { body: parsed(body) ?? body },
  });
}

async function urlOf({ client, say }: Context, product: string, { dataUrl, face }: CallOptions): Promise<URL> {
  const kind = faces[face].url;
  if (dataUrl !== undefined) return new URL(`${dataUrl.replace(/\/+$/, '')}${kind === 'sea' ? '/szsea/api/sharing/' : '/gov/v1/'}${encodeURIComponent(product)}`);
  const found = await got((await client()).GET('/api/v1/products/{product}', { params: { path: { product }, query: { which: 'newest' } } }));
  if (found.faces !== null) return new URL(found.faces[kind]);
  throw new CommandFailure('call.no-face', say(`节点没有监听端口提供产品 ${product}，请检查其 listeners`, `no listener of the node serves product ${product}: look at its listeners`));
}

const pageOf = ({ page, pageSize }: CallOptions): Record<string, string> => ({
  ...(page === undefined ? {} : { pageNum: String(page) }),
  ...(pageSize === undefined ? {} : { pageSize: String(pageSize) }),
});

async function keyOf({ env, input, say }: Context, { keyFile, keyStdin }: CallOptions): Promise<string> {
  if (keyFile !== undefined) return secretFile(keyFile, say);
  const known = env['LINGQU_APPKEY'];
  if (keyStdin !== true && known !== undefined && known !== '') return known;
  return input.secret(keyStdin, 'appkey');
}

async function send(url: URL, key: string, face: FaceName): Promise<Response> {
  const { key: place, accept } = faces[face];
  const target = new URL(url);
  if (place === 'query') target.searchParams.append('appkey', key);
  const headers = { accept, ...(place === 'header' ? { appkey: key } : {}) };
  return fetch(target, { headers, redirect: 'error' }).catch((error: unknown) => {
    throw unreachable(url.origin, error);
  });
}

/** The same call for a shell that has the key in LINGQU_APPKEY. */
function curlLine(url: URL, face: FaceName): string {
  const { key, accept } = faces[face];
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const parameters = [...url.searchParams].map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`);
  const secret = key === 'query' ? '--data-urlencode "appkey=$LINGQU_APPKEY"' : '-H "appkey: $LINGQU_APPKEY"';
  return ['curl -sG', quoted(`${url.origin}${url.pathname}`), ...(accept === 'application/json' ? [] : [`-H ${quoted(`Accept: ${accept}`)}`]), secret, ...parameters].join(' ');
}

async function save({ out, say }: Context, response: Response, path: string): Promise<void> {
  const bytes = await saveBody(response.body, path, say('接收', 'receiving'), out, say);
  out.show({ file: path, bytes, status: response.status }, () => say(`已写入 ${path}（${bytesText(bytes)}）`, `written to ${path} (${bytesText(bytes)})`));
}

/** What the face said, as it stands: numbers of any size stay exact. */
const answerJson = (answer: object, body: string, contentType: string): string =>
  `${JSON.stringify(answer).slice(0, -1)},"body":${contentType.startsWith('application/json') && parsed(body) !== undefined ? body.trim() : JSON.stringify(body)}}`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageOf(text: string): string | undefined {
  const body = parsed(text);
  if (typeof body === 'object' && body !== null && 'msg' in body && typeof body.msg === 'string') return body.msg;
  return /<msg>([^<]*)<\/msg>/.exec(text)?.[1];
}
