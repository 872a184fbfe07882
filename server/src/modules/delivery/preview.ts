import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Database } from '../../storage/database.ts';
import { findRight, noRight, type Grant } from '../grants/index.ts';
import { redactParameters } from '../journal/index.ts';
import { decide, type Plan } from '../policy/index.ts';
import type { Product } from '../products/index.ts';
import { findResource, type ReadPlan, type Resource, type SourceConnections } from '../resources/index.ts';
import { sensitiveNames, type Access } from './access.ts';
import type { AnswerField, Rendering } from './model.ts';
import { readPlanOf } from './read-plan.ts';

/** Most rows of a preview. */
export const PREVIEW_ROWS = 50;
const MOST_BYTES = 1024 * 1024;
const PATIENCE_MS = 15_000;

export interface PreviewParts {
  readonly database: Database;
  readonly access: Access;
  readonly connections: SourceConnections;
  readonly clock: Clock;
  /** Told of a resource whose source has changed. */
  readonly sourceChanged: (resource: Resource) => void;
}

export interface PreviewQuestion {
  readonly subjectId: string;
  /** With its newest version; where another is live, that one is shown, as callers meet it. */
  readonly product: Product;
  readonly parameters: Readonly<Record<string, string>>;
  /** 1 to `PREVIEW_ROWS`. */
  readonly limit: number;
  readonly forms: Rendering['forms'];
}

export interface Preview {
  readonly grant: Grant;
  readonly product: Product;
  readonly columns: readonly (AnswerField & { readonly masked: boolean })[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** The parameters as a journal may keep them: JSON text. */
  readonly details: string;
}

/**
 * Reads some rows as a grant would see them: its columns, conditions and masks. State, validity, addresses and quotas
 * bind the caller and not the operator who looks. The caller of this function journals that he looked.
 * Throws `grant.none`, the policy's denials, and what the source throws.
 */
export async function previewRows(parts: PreviewParts, question: PreviewQuestion): Promise<Preview> {
  const { access, database, clock } = parts;
  const live = await access.product(question.product.id);
  const product = live?.product ?? question.product;
  const resource = live?.resource ?? (await findResource(database, product.resourceId));
  const grant = await findRight(database, question.subjectId, product.id);
  if (grant === undefined || resource === undefined) throw noRight();
  if (product.definition.kind === 'relay') throw new DomainError('invalid-definition', 'preview.relay', '转发产品原样交付上游应答，没有可预览的行 (a relay product hands over what its source answers: it has no rows to preview)');
  const { compiled, maskKey } = access.compile(grant, { product, resource });
  const looked = { ...compiled, state: 'active' as const, validFrom: -Infinity, validTo: Infinity, allowLists: [] };
  const page = compiled.product.kind === 'verify' ? null : { offset: 0, limit: Math.min(question.limit, compiled.product.maxPageSize) };
  const decision = decide(looked, { now: clock.now(), address: '', parameters: question.parameters, page });
  if (!decision.allowed) throw decision.error;
  const { plan } = decision;
  const columns = plan.kind === 'verify' ? [{ name: 'result', type: 'boolean' as const, masked: false }] : plan.columns.map(({ name, type, mask }) => ({ name, type, masked: mask !== null }));
  const rows = await readRows(parts, resource, plan, readPlanOf(plan, resource, question.forms, maskKey));
  return { grant, product, columns, rows, details: redactParameters(question.parameters, sensitiveNames(product)) };
}

async function readRows(parts: PreviewParts, resource: Resource, plan: Plan, read: ReadPlan): Promise<Preview['rows']> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const reader = await parts.connections.get(parts.database, resource.sourceId);
    if (plan.kind === 'verify') return [[String((await reader.count({ ...read, limit: 1 }, signal)) > 0)]];
    const batch = await reader.readPage(read, 'cells', MOST_BYTES, signal);
    if (batch?.kind === 'cells') return batch.rows;
    throw new DomainError('result-too-large', 'preview.too-large', '预览内容过大，请减少行数 (the rows are too large to preview: ask for fewer)');
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'source-changed') parts.sourceChanged(resource);
    throw error;
  }
}
