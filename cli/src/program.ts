import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import type { PlaceOptions } from './connection/find-node.ts';
import { contextOf, type Context } from './context.ts';
import { report } from './report.ts';
import { backupCommands, type BackupPrograms } from './commands/backup.ts';
import { callCommands } from './commands/call.ts';
import { decodeCommands } from './commands/decode.ts';
import { explainCommands } from './commands/explain.ts';
import { importCommands } from './commands/import.ts';
import { grantCommands } from './commands/grant.ts';
import { journalCommands } from './commands/journal.ts';
import { loginCommands } from './commands/login.ts';
import { nodeCommands } from './commands/node.ts';
import { noticeCommands } from './commands/notice.ts';
import { productCommands } from './commands/product.ts';
import { resourceCommands } from './commands/resource.ts';
import { sampleCommands } from './commands/sample.ts';
import { signCommands } from './commands/sign.ts';
import { sourceCommands } from './commands/source.ts';
import { subjectCommands } from './commands/subject.ts';
import { tokenCommands } from './commands/token.ts';
import { usageCommands } from './commands/usage.ts';
import { userCommands } from './commands/user.ts';
import { serveCommand, type ServeProgram } from './commands/serve.ts';

/** What only the node's own program can do. */
type NodePrograms = ServeProgram & BackupPrograms;

const groups: readonly ((program: Command, context: Context) => void)[] = [
  loginCommands, sourceCommands, resourceCommands, productCommands, subjectCommands, grantCommands, explainCommands, callCommands, signCommands, decodeCommands, journalCommands, usageCommands, importCommands, sampleCommands,
  userCommands, tokenCommands, noticeCommands, nodeCommands,
];

/** Runs one command line; answers the exit code. */
export async function run(args: readonly string[], streams: NodeJS.Process, programs: NodePrograms): Promise<number> {
  const program = new Command('lingqu');
  const context = contextOf(args, streams, () => program.opts<PlaceOptions>());
  describe(program, context, streams);
  serveCommand(program, context, programs);
  backupCommands(program, context, programs);
  for (const group of groups) group(program, context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, context);
  }
}

function describe(program: Command, { say, out }: Context, { stdout, stderr }: NodeJS.Process): void {
  program
    .description(say('灵渠：数据连接与共享节点', 'Lingqu: a data connector and sharing node'))
    .option('--json', say('只在标准输出打印一个 JSON 值', 'print one JSON value on stdout and nothing else'))
    .option('--lang <zh|en>', say('语言（默认中文，也可设 LINGQU_LANG）', 'language (Chinese by default; also LINGQU_LANG)'))
    .option('--url <url>', say('节点管理地址（也可设 LINGQU_URL）', 'the node’s management URL (also LINGQU_URL)'))
    .option('--token-file <path>', say('存放令牌的文件（也可设 LINGQU_TOKEN）', 'file that holds the token (also LINGQU_TOKEN)'))
    .option('--data <folder>', say('本机节点的数据目录（也可设 LINGQU_DATA，默认 ./data）', 'data folder of this machine’s node (also LINGQU_DATA; default ./data)'))
    .version(manifest.version, '-V, --version', say('显示版本', 'show the version'))
    .helpOption('-h, --help', say('显示帮助', 'show help'))
    .helpCommand('help [command]', say('显示某命令的帮助', 'show a command’s help'))
    .configureHelp({ styleTitle: (title) => say(titles[title] ?? title, title) })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void (out.json ? stderr : stdout).write(text),
      // Usage errors are told by `report`; what is left is help that nobody asked for.
      writeErr: (text) => void (text.startsWith('error:') || out.json || stderr.write(text)),
    });
}

const titles: Readonly<Record<string, string>> = { 'Usage:': '用法：', 'Options:': '选项：', 'Global Options:': '通用选项：', 'Commands:': '命令：', 'Arguments:': '参数：' };
