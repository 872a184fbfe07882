import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Plan } from '../policy/index.ts';
import { isInForce } from '../identity/index.ts';
import type { Permit } from '../quotas/index.ts';
import type { Access, LiveProduct, Right } from './access.ts';
import { callerGone, notGranted, unauthenticated } from './errors.ts';
import type { Sealing } from './model.ts';
import type { CallRecord } from './record.ts';

/** All that a call holds while it runs. */
export interface Deed {
  readonly record: CallRecord;
  readonly live: LiveProduct;
  readonly right: Right;
  readonly plan: Plan;
  readonly permit: Permit;
  readonly sealing: Sealing | undefined;
  readonly signal: AbortSignal;
  /** True from the moment that the journal is told of the answer: no deadline cuts it after that. */
  told: boolean;
  /** May be called again. */
  end(): void;
}

/** A grant or a key may run out in the middle, and a node that cannot confirm rights any more does not go on (design: the hot path). */
export async function assertStanding({ record, right }: Deed, access: Access, clock: Clock): Promise<void> {
  if (!access.isFresh()) await access.assertFresh();
  const now = clock.now();
  const { validTo } = right.grant;
  if (validTo !== null && now >= validTo) throw notGranted();
  if (!isInForce(record.credential, now)) throw unauthenticated();
}

/** Why a call was stopped: its right had gone, or its caller. */
export const endOf = ({ reason }: AbortSignal): DomainError => (reason instanceof DomainError ? reason : callerGone());
