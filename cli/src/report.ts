import { LingquProblem } from '@lingqu/client';
import { CommanderError } from 'commander';
import type { Context } from './context.ts';
import { CommandFailure } from './failure.ts';
import type { Say } from './language.ts';
import { plain } from './output/text.ts';

/** What to do about a problem, where the problem itself does not say it. */
function hintOf({ code, status }: LingquProblem, say: Say): string {
  if (code === 'client.unreachable') return say('请确认节点已启动（npx lingqu serve），地址无误', 'is the node running (npx lingqu serve), and the address right?');
  if (code === 'version.stale') return say('其间有他人修改，请重新执行', 'someone else changed it meanwhile: run the command again');
  if (/^identity\.(token|missing|bearer|session)/.test(code) && status === 401) return say('令牌无效或已过期，请重新登录：npx lingqu login', 'the token is unknown or has expired: log in again with npx lingqu login');
  if (code === 'policy.unenforceable' && status === 403) return say('请用 npx lingqu explain 查看是哪一条款，再用 npx lingqu grant update 修改授权', 'see by npx lingqu explain which term it is, and change the grant by npx lingqu grant update');
  if (/^(identity\.role|identity\.scope|import\.role)/.test(code)) return say('请改用有此权限的账号登录，或请管理员授权', 'log in as someone who may do this, or ask a manager');
  if (status === 429 || status === 503) return say('请稍后再试', 'try again later');
  if (status === 500) return say('请凭错误编号在节点日志中查找原因', 'look for the error ID in the node’s log');
  return '';
}

/** Tells why a command failed; answers the exit code: 1 refused or failed, 2 written wrongly. */
export function report(error: unknown, context: Context): number {
  if (error instanceof CommanderError) return reportUsage(error, context);
  if (error instanceof LingquProblem) return reportProblem(error, context);
  const { say, out } = context;
  const failure = failureOf(error);
  out.fail({ code: failure.code, detail: failure.message, status: 0, requestId: '', errorId: '', details: failure.details }, plain(`${say('错误：', 'error: ')}${failure.message}`));
  return failure.usage ? 2 : 1;
}

function failureOf(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  // The node's own program (backup, restore) refuses by codes of its own.
  const code = error instanceof Error && 'kind' in error && 'code' in error && typeof error.code === 'string' ? error.code : 'cli.internal';
  return new CommandFailure(code, message, { cause: error });
}

function reportProblem(problem: LingquProblem, { say, out }: Context): number {
  const hint = hintOf(problem, say);
  const trail = [problem.code, ...(problem.requestId === '' ? [] : [`${say('请求编号', 'request')} ${problem.requestId}`]), ...(problem.errorId === '' ? [] : [`${say('错误编号', 'error')} ${problem.errorId}`])];
  out.fail({ ...problem.toJSON(), next: hint }, plain([`${say('错误：', 'error: ')}${problem.detail}`, ...(hint === '' ? [] : [`→ ${hint}`]), `  (${trail.join(', ')})`].join('\n')));
  return 1;
}

const usageWords: Readonly<Record<string, (what: string) => string>> = {
  'commander.unknownOption': (what) => `没有选项 ${what}`,
  'commander.unknownCommand': (what) => `没有命令 ${what}`,
  'commander.missingArgument': (what) => `缺少参数 ${what}`,
  'commander.optionMissingArgument': (what) => `选项 ${what} 缺少值`,
  'commander.missingMandatoryOptionValue': (what) => `缺少选项 ${what}`,
  'commander.conflictingOption': (what) => `选项 ${what} 不能与其他选项同用`,
  'commander.excessArguments': () => '参数过多',
};

/** Help and version that were asked for are no failures; commander has printed them. */
function reportUsage(error: CommanderError, { say, out }: Context): number {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help' && !out.json) return 2;
  const said = error.code === 'commander.help' ? say('命令不完整', 'the command is incomplete') : error.message.replace(/^error: /, '');
  const what = /'([^']+)'/.exec(said)?.[1] ?? '';
  const detail = say(usageWords[error.code]?.(what) ?? said.replace(/^option '([^']+)' argument '([^']*)' is invalid\. ?/, '选项 $1 的值 $2 无效 ').replace(/^command-argument value '([^']*)' is invalid for argument '([^']+)'\. ?/, '参数 $2 的值 $1 无效 '), said);
  const next = say('用 --help 查看用法', 'see --help');
  out.fail({ code: 'cli.usage', detail, status: 0, requestId: '', errorId: '', details: {}, next }, plain(`${say('用法错误：', 'usage: ')}${detail}\n→ ${next}`));
  return 2;
}
