import type { Clock } from '../../kernel/clock.ts';
import type { DomainError } from '../../kernel/errors.ts';
import type { Database } from '../../storage/database.ts';
import { findRight, type Grant } from '../grants/index.ts';
import { listCredentials, type Subject } from '../identity/index.ts';
import { decide, type PlanQuota, type TermName, type TermVerdict } from '../policy/index.ts';
import type { Product } from '../products/index.ts';
import { usageOf, type QuotaUsage } from '../quotas/index.ts';
import { findResource, type Resource } from '../resources/index.ts';
import type { Access } from './access.ts';
import { notGranted, unknownProduct } from './errors.ts';

export interface ExplainParts {
  readonly database: Database;
  readonly access: Access;
  readonly clock: Clock;
}

/** A call as it would be made; nothing of it is made, counted or journalled. */
export interface ExplainQuestion {
  readonly subject: Subject;
  /** With its newest version; the live one is what is explained where there is one. */
  readonly product: Product;
  /** The caller's address, one as `isAddress` takes it; undefined leaves the allow lists out of the decision. */
  readonly address: string | undefined;
  /** Undefined: now. */
  readonly at: Date | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly page: { readonly offset: number; readonly limit: number } | null;
}

/** Beside the policy's terms: what a call must have before its policy is looked at. */
export interface ExplainedTerm extends Omit<TermVerdict, 'term' | 'holder'> {
  readonly term: 'subject' | 'credential' | 'product' | 'grant' | TermName;
  readonly holder: 'node' | TermVerdict['holder'];
}

export interface QuotaState extends PlanQuota {
  /** What replicas have taken of it in the present window. */
  readonly leased: number;
  /** null for `total`, or while nothing was taken. */
  readonly windowEnd: Date | null;
}

export interface Explanation {
  readonly allowed: boolean;
  /** The first term that denies, in the order of `terms`; null where none does. */
  readonly term: ExplainedTerm['term'] | null;
  /** The code and message of the error that the caller would get; '' where none. */
  readonly code: string;
  readonly message: string;
  readonly grant: Grant | null;
  readonly terms: readonly ExplainedTerm[];
  readonly quotas: readonly QuotaState[];
  readonly concurrency: readonly { readonly holder: 'product' | 'grant'; readonly limit: number; readonly running: number }[];
}

/** Says what is decided for a call and by which term, without making it (issue: explain). */
export async function explainCall(parts: ExplainParts, question: ExplainQuestion): Promise<Explanation> {
  const at = question.at ?? parts.clock.now();
  const live = await parts.access.product(question.product.id);
  const product = live?.product ?? question.product; // what callers meet: the live version, or else the newest
  const grant = (await findRight(parts.database, question.subject.id, product.id)) ?? null;
  const before = [...(await subjectTerms(parts, question.subject, product, at)), productTerm(product), grantTerm(grant)];
  if (grant === null) return conclude({ grant, terms: before, quotas: [], concurrency: [], error: product.definition.visibility === 'public' ? notGranted() : unknownProduct(product.code) });
  return explainGrant(parts, { ...question, product }, { at, grant, before, resource: live?.resource });
}

interface Known {
  readonly at: Date;
  readonly grant: Grant;
  readonly before: readonly ExplainedTerm[];
  readonly resource: Resource | undefined;
}

async function explainGrant(parts: ExplainParts, question: ExplainQuestion, known: Known): Promise<Explanation> {
  const { at, grant, before } = known;
  const { product } = question;
  const resource = known.resource ?? (await findResource(parts.database, product.resourceId));
  if (resource === undefined) return conclude({ grant, terms: before, quotas: [], concurrency: [], error: undefined });
  const { compiled } = parts.access.compile(grant, { product, resource });
  const asked = question.address === undefined ? { ...compiled, allowLists: [] } : compiled;
  const trace: TermVerdict[] = [];
  const decision = decide(asked, { now: at, address: question.address ?? '', parameters: question.parameters, page: question.page }, trace);
  const [ofProduct, ofGrant] = await Promise.all([usageOf(parts.database, product.id), usageOf(parts.database, grant.id)]);
  const used = { product: ofProduct, grant: ofGrant };
  const quotas = compiled.quotas.map((quota) => stateOf(quota, used[quota.holder]));
  const concurrency = compiled.concurrency.map((limit) => ({ ...limit, running: used[limit.holder].running }));
  const policy = trace.flatMap((verdict) => (verdict.term === 'quotas' ? [] : [verdict]));
  const terms = [...before, ...policy, ...quotaTerms(quotas)];
  return conclude({ grant, terms, quotas, concurrency, error: decision.allowed ? undefined : decision.error });
}

function conclude(found: Pick<Explanation, 'grant' | 'terms' | 'quotas' | 'concurrency'> & { readonly error: DomainError | undefined }): Explanation {
  const { error, ...rest } = found;
  const denial = rest.terms.find((verdict) => verdict.verdict === 'deny');
  if (denial === undefined) return { allowed: true, term: null, code: '', message: '', ...rest };
  const code = codes[denial.term] ?? error?.code ?? (denial.term === 'quotas' ? 'quotas.exhausted' : 'policy.denied');
  const message = codes[denial.term] === undefined && error !== undefined ? error.message : denial.note;
  return { allowed: false, term: denial.term, code, message, ...rest };
}

/** Codes of what is decided before the policy is asked; the same as a caller gets. */
const codes: Readonly<Record<string, string>> = { subject: 'credential.invalid', credential: 'credential.invalid', product: 'product.unknown' };

// ---- before the policy ------------------------------------------------------------------------------------------------

/** The subject needs a credential by which the product may be called. */
async function subjectTerms({ database }: ExplainParts, subject: Subject, product: Product, at: Date): Promise<ExplainedTerm[]> {
  const methods = product.definition.authentication;
  const credentials = (await listCredentials(database, subject.id)).filter(({ kind }) => methods.includes(kind));
  const inForce = credentials.filter((each) => each.revokedAt === null && each.notBefore <= at && (each.expiresAt === null || at < each.expiresAt)).length;
  const asked = methods.join('、');
  return [
    node('subject', !subject.disabled, subject.disabled ? '主体已停用 (the subject is disabled)' : '主体有效 (the subject is enabled)'),
    node('credential', inForce > 0, inForce > 0 ? `${inForce} 个有效凭证（${asked}）(credentials in force)` : `没有有效凭证（${asked}）(no credential of these kinds is in force)`),
  ];
}

const productTerm = ({ state, liveVersion }: Product): ExplainedTerm =>
  node('product', state === 'published', state === 'published' ? `已发布，版本 ${liveVersion} (published)` : `产品未发布：${state} (the product is not published)`);

const grantTerm = (grant: Grant | null): ExplainedTerm =>
  node('grant', grant !== null, grant === null ? '没有未撤销的授权 (the subject holds no grant for the product)' : `授权 (grant) ${grant.id}`);

const node = (term: ExplainedTerm['term'], passes: boolean, note: string): ExplainedTerm => ({ term, holder: 'node', verdict: passes ? 'pass' : 'deny', note });

// ---- quotas -----------------------------------------------------------------------------------------------------------

function stateOf(quota: PlanQuota, usage: QuotaUsage): QuotaState {
  const taken = usage.quotas.find(({ per, unit }) => per === quota.per && unit === quota.unit);
  return { ...quota, leased: taken?.leased ?? 0, windowEnd: taken?.windowEnd ?? null };
}

/** Replicas take quota ahead of calls and give back what they did not need: "used up" may let a few more calls pass. */
function quotaTerms(quotas: readonly QuotaState[]): ExplainedTerm[] {
  if (quotas.length === 0) return [{ term: 'quotas', holder: 'grant', verdict: 'pass', note: '未设 (not set)' }];
  return quotas.map(({ holder, per, unit, limit, leased }) => {
    const exhausted = leased >= limit;
    const note = `${unit}/${per}: ${leased} / ${limit}${exhausted ? '，已用尽 (used up)' : ''}`;
    return { term: 'quotas', holder, verdict: exhausted ? 'deny' : 'pass', note };
  });
}
