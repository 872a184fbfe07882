import { signCall, type SigningKey } from '@lingqu/client';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { CommandFailure, usageFailure } from '../failure.ts';
import { oneOf } from '../input/options.ts';

const algorithms = ['HMAC-SHA256', 'HMAC-SM3'] as const;
const methods = ['GET', 'POST'] as const;

interface SignOptions {
  readonly method: (typeof methods)[number];
  readonly algorithm: (typeof algorithms)[number];
  readonly keyFile?: string;
  readonly keyStdin?: boolean;
  readonly bodyFile?: string;
}

export function signCommands(program: Command, context: Context): void {
  const { say } = context;
  program
    .command('sign <url>')
    .description(say('为一次调用签名，打印其请求头：lingqu sign <url> … | curl -H @- <url>', 'sign a call and print its headers: lingqu sign <url> … | curl -H @- <url>'))
    .option(`--method <${methods.join('|')}>`, say('请求方式', 'method'), oneOf(methods), 'GET')
    .option(`--algorithm <${algorithms.join('|')}>`, say('签名算法', 'algorithm'), oneOf(algorithms), 'HMAC-SHA256')
    .option('--key-file <path>', say('签名凭证文件：第一行 keyId，第二行密钥（subject key issue --key-file 所写）', 'file with the key ID and, in the next line, the secret, as subject key issue --key-file writes it'))
    .option('--key-stdin', say('从标准输入读这两行', 'read these two lines from stdin'))
    .option('--body-file <path>', say('请求体文件，须与发送的逐字节相同', 'the body, byte by byte as it is sent'))
    .action((url: string, options: SignOptions) => sign(context, url, options));
}

async function sign(context: Context, url: string, options: SignOptions): Promise<void> {
  const { out, say } = context;
  if (!URL.canParse(url)) throw usageFailure(say(`${url} 不是完整的地址`, `${url} is no whole URL`));
  const { method, algorithm, bodyFile } = options;
  const key = await keyOf(context, options);
  const body = bodyFile === undefined ? '' : await readGiven(context, bodyFile);
  const headers = signCall(key, { method, url, algorithm, body });
  out.show({ headers }, () => Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n'));
}

async function keyOf(context: Context, { keyFile, keyStdin }: SignOptions): Promise<SigningKey> {
  const { input, say } = context;
  if (keyFile === undefined && keyStdin !== true) throw usageFailure(say('请用 --key-file 或 --key-stdin 给出签名凭证', 'give the credential by --key-file or --key-stdin'));
  const lines = keyFile === undefined ? [await input.line('keyId'), await input.line(say('密钥', 'secret'))] : (await readGiven(context, keyFile)).toString('utf8').split(/\r?\n/);
  const [keyId = '', secret = ''] = lines;
  if (keyId !== '' && secret !== '') return { keyId, secret };
  throw new CommandFailure('cli.file', say('签名凭证应为两行：keyId 与密钥', 'a credential that signs has two lines: the key ID and the secret'));
}

const readGiven = ({ say }: Context, path: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`读不到文件 ${path}`, `cannot read ${path}`), { cause: error });
  });
