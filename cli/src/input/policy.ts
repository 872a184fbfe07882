import type { components } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import type { Say } from '../language.ts';
import { documentFile, documentOf, type Document } from './documents.ts';
import { commaList, given, oneOf, pairs, repeated, wholeNumber } from './options.ts';
import { regionOf, type RegionOptions } from './region.ts';

export type Policy = components['schemas']['Policy'];

/** Terms of a grant as a person writes them on the command line. */
export interface PolicyOptions extends RegionOptions {
  readonly policy?: string;
  /** Terms to take away first: `rows`, `masks`, `masks.phone`, `quotas.calls/day`. */
  readonly clear?: readonly string[];
  readonly columns?: readonly string[];
  readonly mask?: Readonly<Record<string, string>>;
  readonly rows?: string;
  readonly time?: string;
  readonly address?: readonly string[];
  readonly quota?: Readonly<Record<string, string>>;
  readonly concurrency?: number;
}

export const withPolicy = (command: Command, { say }: Context): Command =>
  command
    .option('--policy <file>', say('整个策略（YAML 或 JSON 文件）；其他选项优先', 'the whole policy (YAML or JSON file); other options come before it'))
    .option('--columns <names>', say('展示的字段（全部），以逗号分隔', 'all fields that are shown, by commas'), commaList)
    .option('--mask <field=mask>', say('脱敏，可多次给出：phone、id-card、name、email、address、hash、fixed:文字、partial:3:4、number:100、date:month', 'a mask, repeatable: phone, id-card, name, email, address, hash, fixed:text, partial:3:4, number:100, date:month'), pairs)
    .option('--rows <rule>', say('行条件（JSON 或 YAML），如 \'{"column":"city","eq":"深圳"}\'', 'condition on rows (JSON or YAML)'))
    .option('--region <columns,west,south,east,north>', say('经纬度列（lon,lat）或几何列，与范围', 'columns of longitude and latitude (lon,lat), or one of geometries, and the box'))
    .option('--region-file <geojson>', say('多边形区域（GeoJSON）；--region 只写列名', 'an area (GeoJSON): --region names the columns only'))
    .option('--time <column,from,to>', say('数据时间范围，起止可空', 'range of data time; either end may be empty'))
    .option('--address <cidr>', say('可调用的地址（全部），可多次给出', 'all addresses that may call, repeatable'), repeated)
    .option('--quota <unit/period=limit>', say('限额，可多次给出：calls、rows、bytes；minute、hour、day、total', 'a quota, repeatable: calls, rows, bytes; minute, hour, day, total'), pairs)
    .option('--concurrency <calls>', say('同时调用数', 'calls at one time'), wholeNumber);

/**
 * What stands is the file, or else `before`; from it `--clear` takes away, and to it the options add. A mask replaces
 * that of its field and a quota that of its unit and period: whoever adds one keeps the others.
 */
export async function policyOf(options: PolicyOptions, before: Document, say: Say): Promise<Policy> {
  const whole = options.policy === undefined ? before : await documentFile(options.policy, say);
  const base = (options.clear ?? []).reduce((rest, name) => without(rest, name, say), whole);
  const { columns, concurrency, address, mask, quota, rows, time } = options;
  const policy: Document = {
    ...base,
    ...given({
      columns,
      concurrency,
      addresses: address,
      masks: mask && withAdded('masks', base, Object.entries(mask).map(([field, text]) => maskOf(field, text, say))),
      quotas: quota && withAdded('quotas', base, Object.entries(quota).map(([name, limit]) => quotaOf(name, limit, say))),
      rows: rows === undefined ? undefined : documentOf(rows, '--rows', say),
      region: await regionOf(options, say),
      time: time === undefined ? undefined : timeOf(time, say),
    }),
  };
  if (isPolicy(policy)) return policy;
  throw usageFailure(say('策略不能为 null', 'a policy cannot be null'));
}

/** Any object may be sent: the node refuses each term that it does not know, and says why. */
const isPolicy = (value: Document): value is Policy & Document => Object.values(value).every((term) => term !== null);

// ---- terms that are lists of named things -----------------------------------------------------------------------------

/** A list as it stands; what is no list is kept for the node to refuse. */
const listOf = (term: unknown): readonly unknown[] => [term ?? []].flat();

/** A mask is known by its field, a quota as `calls/day`. */
function nameOf(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return undefined;
  if ('field' in item) return item.field;
  return 'unit' in item && 'per' in item ? `${String(item.unit)}/${String(item.per)}` : undefined;
}

function withAdded(term: string, policy: Document, added: readonly Document[]): readonly unknown[] {
  const names = new Set(added.map(nameOf));
  return [...listOf(policy[term]).filter((item) => !names.has(nameOf(item))), ...added];
}

/** Without a term, or one mask or quota of it. What does not stand there is a slip of the pen: nothing may seem cleared that is not. */
function without(policy: Document, name: string, say: Say): Document {
  const [, term = '', one] = /^([^.]*)(?:\.(.*))?$/s.exec(name) ?? [];
  const { [term]: list, ...rest } = policy;
  const left = one === undefined ? [] : listOf(list).filter((item) => nameOf(item) !== one);
  if (!Object.hasOwn(policy, term) || (one !== undefined && left.length === listOf(list).length)) {
    const terms = Object.keys(policy).join(' ') || say('无', 'none');
    throw usageFailure(say(`--clear ${name}：没有这一条款（现有 ${terms}）`, `--clear ${name}: there is no such term (what stands: ${terms})`));
  }
  return left.length === 0 ? rest : { ...rest, [term]: left };
}

// ---- terms as a person writes them ------------------------------------------------------------------------------------

const presets = ['id-card', 'phone', 'name', 'email', 'address'];

function maskOf(field: string, text: string, say: Say): Document {
  const [kind = '', ...rest] = text.split(':');
  const [first = '', second = ''] = rest;
  if (presets.includes(kind)) return { field, kind: 'partial', preset: kind };
  if (kind === 'hash') return { field, kind };
  if (kind === 'fixed') return { field, kind, value: rest.length === 0 ? null : rest.join(':') };
  if (kind === 'partial' && /^\d+$/.test(first) && /^\d+$/.test(second)) return { field, kind, keepStart: Number(first), keepEnd: Number(second) };
  if (kind === 'number' && Number(first) > 0) return { field, kind, step: Number(first) };
  if (kind === 'date') return { field, kind, unit: first };
  throw usageFailure(say(`--mask ${field}=${text} 无法识别，如 ${field}=phone、${field}=partial:3:4`, `--mask ${field}=${text} is unknown; write for example ${field}=phone or ${field}=partial:3:4`));
}

function quotaOf(name: string, limit: string, say: Say): Document {
  const [unit = '', per = ''] = name.split('/');
  if (!/^\d{1,15}$/.test(limit)) throw usageFailure(say(`--quota ${name}=${limit} 应如 calls/day=1000`, `--quota ${name}=${limit} should look like calls/day=1000`));
  return { unit: oneOf(['calls', 'rows', 'bytes'])(unit), per: oneOf(['minute', 'hour', 'day', 'total'])(per), limit: Number(limit) };
}

function timeOf(text: string, say: Say): Document {
  const [column = '', from = '', to = '', ...rest] = text.split(',').map((part) => part.trim());
  if (column === '' || (from === '' && to === '') || rest.length > 0) throw usageFailure(say(`--time ${text} 应如 t,2026-01-01,2026-12-31`, `--time ${text} should look like t,2026-01-01,2026-12-31`));
  return { column, ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) };
}
