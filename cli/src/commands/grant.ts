import { all, got, gotVersion, type Client, type components } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { given, oneOf, repeated } from '../input/options.ts';
import { policyOf, withPolicy, type PolicyOptions } from '../input/policy.ts';
import { cardOf, tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';

type Grant = components['schemas']['Grant'];

interface TermOptions extends PolicyOptions {
  readonly validFrom?: string;
  readonly validTo?: string;
}

interface Pair {
  readonly subject: string;
  readonly product: string;
}

const states = ['active', 'suspended', 'revoked'] as const;

interface Filter extends Partial<Pair> {
  readonly state?: (typeof states)[number];
}

export function grantCommands(program: Command, context: Context): void {
  const { say } = context;
  const grant = program.command('grant').description(say('授权：使用方使用产品的权利', 'grants: the right of a subject to a product'));
  withTerms(grant.command('add'), context)
    .description(say('授权', 'give a grant'))
    .requiredOption('--subject <name>', say('使用方', 'subject'))
    .requiredOption('--product <code>', say('产品', 'product'))
    .action((options: Pair & TermOptions) => add(context, options));
  grant
    .command('list')
    .description(say('列出授权', 'list grants'))
    .option('--subject <name>', say('使用方', 'subject'))
    .option('--product <code>', say('产品', 'product'))
    .option(`--state <${states.join('|')}>`, say('状态', 'state'), oneOf(states))
    .action((options: Filter) => list(context, options));
  grant.command('show <id>').description(say('查看授权', 'show a grant')).action((id: string) => show(context, id));
  withTerms(grant.command('update <id>'), context)
    .description(
      say(
        '修改条款，未给出的保持不变：--mask 与 --quota 逐项增改，其他条款整条替换，--policy 替换整个策略',
        'change terms; what is not given stays: --mask and --quota add or replace one, other options their whole term, --policy all of the policy',
      ),
    )
    .option('--clear <term>', say('删除条款，可多次给出：rows、masks、masks.phone、quotas.calls/day', 'take a term away, repeatable: rows, masks, masks.phone, quotas.calls/day'), repeated)
    .action((id: string, options: TermOptions) => update(context, id, options));
  grant.command('suspend <id>').description(say('暂停', 'suspend')).action((id: string) => move(context, id, 'suspend'));
  grant.command('resume <id>').description(say('恢复', 'resume')).action((id: string) => move(context, id, 'resume'));
  grant.command('revoke <id>').description(say('撤销，不可恢复', 'revoke for good')).action((id: string) => move(context, id, 'revoke'));
}

const withTerms = (command: Command, context: Context): Command =>
  withPolicy(command, context)
    .option('--valid-from <time>', context.say('生效时间（含）；none 为即时', 'beginning, inclusive; none: from now on'))
    .option('--valid-to <time>', context.say('失效时间（不含）；none 为无期限', 'end, exclusive; none: without end'));

const boundary = (text: string | undefined, before: string | null): string | null => (text === undefined ? before : text === 'none' ? null : text);

async function add(context: Context, { subject, product, validFrom, validTo, ...options }: Pair & TermOptions): Promise<void> {
  const { client, out, say } = context;
  const terms = { policy: await policyOf(options, {}, say), validFrom: boundary(validFrom, null), validTo: boundary(validTo, null) };
  const grant = await got((await client()).POST('/api/v1/grants', { body: { subject, product, terms } }));
  out.show(grant, () => say(`已授权 ${subject} 使用 ${product}（授权编号 ${grant.id}）。下一步：npx lingqu call ${product}`, `${subject} may use ${product} (grant ${grant.id}); next: npx lingqu call ${product}`));
  warn(context, grant);
}

function warn({ out, say }: Context, { warnings }: components['schemas']['WrittenGrant']): void {
  for (const warning of warnings) out.note(`${say('注意：', 'note: ')}${warning}`);
}

async function list({ client, out, say }: Context, filter: Filter): Promise<void> {
  const api = await client();
  const grants = await Array.fromAsync(all((page) => got(api.GET('/api/v1/grants', { params: { query: { ...page, ...given(filter) } } }))));
  out.show(grants, () =>
    tableOf(
      grants,
      [
        [say('编号', 'ID'), (each) => each.id],
        [say('使用方', 'subject'), (each) => each.subjectName],
        [say('产品', 'product'), (each) => each.productCode],
        [say('状态', 'state'), (each) => stateText(each, say)],
        [say('失效', 'until'), (each) => timeText(each.validTo)],
      ],
      say('没有授权', 'no grants'),
    ),
  );
}

const stateText = ({ state }: Pick<Grant, 'state'>, say: Context['say']): string => ({ active: say('有效', 'active'), suspended: say('暂停', 'suspended'), revoked: say('已撤销', 'revoked') })[state];

const one = (api: Client, id: string) => gotVersion(api.GET('/api/v1/grants/{id}', { params: { path: { id } } }));

async function show({ client, out, say }: Context, id: string): Promise<void> {
  const { value } = await one(await client(), id);
  out.show(value, () =>
    cardOf([
      [say('编号', 'ID'), value.id],
      [say('使用方', 'subject'), value.subjectName],
      [say('产品', 'product'), value.productCode],
      [say('状态', 'state'), stateText(value, say)],
      [say('生效', 'from'), timeText(value.validFrom)],
      [say('失效', 'until'), timeText(value.validTo)],
      ...Object.entries(value.policy).map(([term, terms]) => [term, terms] as const),
    ]),
  );
}

async function update(context: Context, id: string, { validFrom, validTo, ...options }: TermOptions): Promise<void> {
  const { client, out, say } = context;
  const api = await client();
  const { value, etag } = await one(api, id);
  const terms = { policy: await policyOf(options, { ...value.policy }, say), validFrom: boundary(validFrom, value.validFrom), validTo: boundary(validTo, value.validTo) };
  const grant = await got(api.PUT('/api/v1/grants/{id}', { params: { path: { id } }, headers: { 'if-match': etag }, body: terms }));
  out.show(grant, () => say(`授权 ${id} 已修改`, `grant ${id} changed`));
  warn(context, grant);
}

async function move({ client, out, say }: Context, id: string, deed: 'suspend' | 'resume' | 'revoke'): Promise<void> {
  const grant = await got((await client()).POST(`/api/v1/grants/{id}/${deed}`, { params: { path: { id } } }));
  out.show(grant, () => say(`授权 ${id}：${stateText(grant, say)}`, `grant ${id}: ${stateText(grant, say)}`));
}
