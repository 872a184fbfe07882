import { decodeAgr } from '@lingqu/client';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { wholeNumber } from '../input/options.ts';
import { secretFile } from '../input/secrets.ts';

interface DecodeOptions {
  readonly privateKey?: string;
  readonly maxBytes?: number;
}

export function decodeCommands(program: Command, context: Context): void {
  const { say } = context;
  program
    .command('decode [file]')
    .description(say('解开农业农村附录 B 接口的返回（默认读标准输入），打印其中的 JSON', 'open an answer of AGR annex B (from stdin by default) and print the JSON inside'))
    .option('--private-key <file>', say('私钥（PEM，SM2 或 RSA），用于密钥经封装的返回', 'private key (PEM, SM2 or RSA), for answers whose key is wrapped'))
    .option('--max-bytes <bytes>', say('解压后的上限（默认 256 MiB）', 'most bytes of what it inflates to (256 MiB by default)'), wholeNumber)
    .action((file: string | undefined, options: DecodeOptions) => decode(context, file, options));
}

async function decode({ input, out, say }: Context, file: string | undefined, { privateKey, maxBytes }: DecodeOptions): Promise<void> {
  const answer = await (file === undefined ? input.whole() : readFile(file, 'utf8')).catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`读不到 ${file ?? '标准输入'}`, `cannot read ${file ?? 'stdin'}`), { cause: error });
  });
  const json = decodeAgr(answer, {
    ...(privateKey === undefined ? {} : { privateKey: await secretFile(privateKey, say) }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  out.showJson(() => json, () => json);
}
