import { DomainError } from '../../kernel/errors.ts';
import { isAllowed, parseAddress } from './addresses.ts';
import type { CompiledGrant } from './compile.ts';
import { noteColumns, noteCondition, noteLimits, noteMasks, noteProblems } from './explain.ts';
import type { Condition, Plan, PolicyRequest, TermName, TermVerdict } from './model.ts';
import { matchValues, readValue, type Parameter } from './parameters.ts';

export type Decision =
  | { readonly allowed: true; readonly plan: Plan }
  | { readonly allowed: false; readonly term: TermName; readonly error: DomainError };

/** What the steps of one decision hand on to one another. */
interface Call {
  readonly grant: CompiledGrant;
  readonly request: PolicyRequest;
  readonly trace: TermVerdict[] | undefined;
  /** What the request narrows, and by which parameters. */
  conditions: readonly Condition[];
  given: readonly Parameter[];
}

/** Judges one term: an error denies the call. */
type Judge = (call: Call) => DomainError | null;

const none: readonly never[] = [];

/**
 * Decides one call: the plan by which it may be served, or the first term that denies it, in the order of `termNames`.
 * @param trace where given, every term is evaluated and noted in it, also after the first that denies
 */
export function decide(grant: CompiledGrant, request: PolicyRequest, trace?: TermVerdict[]): Decision {
  const call: Call = { grant, request, trace, conditions: none, given: none };
  let denial: Decision | null = null;
  for (const [term, judge] of steps) {
    const error = judge(call) ?? unenforceableTerm(call, term);
    if (error === null) continue;
    denial ??= { allowed: false, term, error };
    if (trace === undefined) return denial;
  }
  return denial ?? { allowed: true, plan: planOf(call) };
}

function planOf({ grant, request, conditions }: Call): Plan {
  return {
    kind: grant.product.kind,
    columns: grant.columns,
    where: conditions.length === 0 ? grant.where : { op: 'all', of: grant.where.of.concat(conditions) },
    order: grant.order,
    page: request.page,
    cap: grant.product.cap,
    quotas: grant.quotas,
    concurrency: grant.concurrency,
  };
}

// ---- the steps, in the order of termNames -----------------------------------------------------------------------------

const steps: readonly (readonly [TermName, Judge])[] = [
  ['state', judgeState],
  ['validity', judgeValidity],
  ['addresses', judgeAddress],
  ['parameters', judgeParameters],
  ['columns', judgeColumns],
  ['masks', judgeMasks],
  ['rows', (call) => noteCondition(call.trace, 'rows', call.grant, ({ rows }) => rows !== null)],
  ['region', (call) => noteCondition(call.trace, 'region', call.grant, ({ region }) => region !== null)],
  ['time', (call) => noteCondition(call.trace, 'time', call.grant, ({ period }) => period !== null)],
  ['paging', judgePaging],
  ['quotas', (call) => noteLimits(call.trace, 'quotas', call.grant.quotas)],
  ['concurrency', (call) => noteLimits(call.trace, 'concurrency', call.grant.concurrency)],
];

function judgeState({ grant, trace }: Call): DomainError | null {
  if (grant.state === 'active') {
    trace?.push({ term: 'state', holder: 'grant', verdict: 'pass', note: '授权有效 (active)' });
    return null;
  }
  trace?.push({ term: 'state', holder: 'grant', verdict: 'deny', note: `授权状态 (state): ${grant.state}` });
  return new DomainError('not-granted', `policy.state.${grant.state}`, '授权已中止或撤销，请联系数据提供方 (the grant is suspended or revoked; ask the provider)');
}

/** Written so that a time that is none denies. */
function judgeValidity({ grant, request, trace }: Call): DomainError | null {
  const now = request.now.getTime();
  const code = !(now >= grant.validFrom) ? 'early' : !(now < grant.validTo) ? 'late' : null;
  trace?.push({ term: 'validity', holder: 'grant', verdict: code === null ? 'pass' : 'deny', note: code === null ? '在有效期内 (in force)' : `不在有效期内 (${code})` });
  if (code === null) return null;
  return code === 'early'
    ? new DomainError('grant-expired', 'policy.validity.early', '授权尚未生效 (the grant is not yet in force)')
    : new DomainError('grant-expired', 'policy.validity.late', '授权已过期，请申请续期 (the grant has expired; apply for its renewal)');
}

function judgeAddress({ grant, request, trace }: Call): DomainError | null {
  if (grant.allowLists.length === 0) {
    trace?.push({ term: 'addresses', holder: 'grant', verdict: 'pass', note: '未限制地址 (no allow list)' });
    return null;
  }
  const address = parseAddress(request.address);
  let denied = false;
  for (const { holder, networks } of grant.allowLists) {
    const allowed = address !== null && isAllowed(networks, address);
    denied ||= !allowed;
    trace?.push({ term: 'addresses', holder, verdict: allowed ? 'pass' : 'deny', note: `${allowed ? '在' : '不在'}允许的 ${networks.length} 个网段中 (${allowed ? 'in' : 'not in'} the allow list)` });
  }
  return denied ? new DomainError('address-not-allowed', 'policy.addresses', '调用方地址不在允许范围内 (the address is not on the allow list)') : null;
}

function judgeParameters(call: Call): DomainError | null {
  const { parameters } = call.grant;
  const values = matchValues(parameters, call.request.parameters);
  if (values instanceof DomainError) return denyRequest(call, 'parameters', values);
  let error: DomainError | null = null;
  const given: Parameter[] = [];
  const conditions: Condition[] = [];
  for (const parameter of parameters.list) {
    const raw = values[parameter.index];
    if (raw === undefined) continue;
    given.push(parameter);
    const condition = readValue(parameter, raw);
    if (condition instanceof DomainError) {
      error ??= denyRequest(call, 'parameters', condition);
      if (call.trace === undefined) return error;
      continue;
    }
    conditions.push(condition);
    // values may be personal: explain shows names and operators only
    call.trace?.push({ term: 'parameters', holder: 'request', verdict: 'shape', note: `${parameter.name}: ${parameter.operator} (${parameter.column})` });
  }
  if (given.length === 0) call.trace?.push({ term: 'parameters', holder: 'request', verdict: 'pass', note: '未给参数 (none given)' });
  call.given = given;
  call.conditions = conditions;
  return error;
}

function judgeColumns(call: Call): DomainError | null {
  const error = judgeGiven(call, 'columns');
  noteColumns(call.trace, call.grant);
  return error;
}

function judgeMasks(call: Call): DomainError | null {
  const error = judgeGiven(call, 'masks');
  noteMasks(call.trace, call.grant);
  return error;
}

/** A condition on a column that is hidden or masked would reveal it bit by bit. */
function judgeGiven({ grant, given, trace }: Call, term: 'columns' | 'masks'): DomainError | null {
  if (!grant.hasClosedParameters) return null;
  let error: DomainError | null = null;
  for (const { name, access } of given) {
    if (access.open || access.term !== term) continue;
    trace?.push({ term, holder: access.holder, verdict: 'deny', note: `参数 ${name} 的列${term === 'columns' ? '被隐藏 (hidden)' : '已脱敏 (masked)'}` });
    error ??= new DomainError('denied-by-policy', `policy.${term}.parameter`, `授权不允许按参数 ${name} 查询，请去掉它 (the grant does not permit this parameter; leave it out)`, {
      details: { parameter: name },
    });
  }
  return error;
}

function judgePaging(call: Call): DomainError | null {
  const { page } = call.request;
  const { kind, maxPageSize, maxOffset } = call.grant.product;
  if (page === null) {
    call.trace?.push({ term: 'paging', holder: 'request', verdict: 'pass', note: `未分页，最多 ${call.grant.product.cap} 行 (not paged)` });
    return null;
  }
  if (kind !== 'query') return denyRequest(call, 'paging', pagingError(kind, `${kind === 'verify' ? '核验' : '转发'}产品不分页，请去掉分页参数 (a ${kind} product has no paging; leave its parameters out)`, {}));
  if (!Number.isSafeInteger(page.limit) || page.limit < 1 || page.limit > maxPageSize) {
    return denyRequest(call, 'paging', pagingError('limit', `每页行数应为 1 至 ${maxPageSize} (a page has 1 to ${maxPageSize} rows)`, { maxPageSize }));
  }
  if (!Number.isSafeInteger(page.offset) || page.offset < 0) {
    return denyRequest(call, 'paging', pagingError('offset', `起始位置应为 0 至 ${maxOffset} (the offset is 0 to ${maxOffset})`, { maxOffset }));
  }
  if (page.offset > maxOffset) {
    const message = `分页过深：起始位置最大为 ${maxOffset}，请用查询条件缩小范围 (too deep: the offset is at most ${maxOffset}; narrow the query)`;
    return denyRequest(call, 'paging', new DomainError('page-too-deep', 'policy.paging.depth', message, { details: { maxOffset } }));
  }
  call.trace?.push({ term: 'paging', holder: 'request', verdict: 'shape', note: `offset ${page.offset}, limit ${page.limit}` });
  return null;
}

function pagingError(code: string, message: string, details: Readonly<Record<string, number>>): DomainError {
  return new DomainError('invalid-parameter', `policy.paging.${code}`, message, { details });
}

function denyRequest({ trace }: Call, term: TermName, error: DomainError): DomainError {
  trace?.push({ term, holder: 'request', verdict: 'deny', note: error.message });
  return error;
}

/** A term that the changed product cannot enforce any more denies; why, only the operator learns. */
function unenforceableTerm({ grant, trace }: Call, term: TermName): DomainError | null {
  if (grant.problems.length === 0 || !grant.problems.some((problem) => problem.term === term)) return null;
  noteProblems(trace, term, grant);
  return new DomainError('denied-by-policy', 'policy.unenforceable', `授权的策略条款 ${term} 已无法执行，请联系数据提供方 (a term of the grant cannot be enforced any more; ask the provider)`, {
    details: { term },
  });
}
