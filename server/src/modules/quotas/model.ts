import type { Plan, PlanQuota, QuotaPeriod, QuotaUnit } from '../policy/index.ts';

export type { PlanQuota, QuotaPeriod, QuotaUnit };

/** Most calls at one time, over all replicas. */
export type ConcurrencyLimit = Plan['concurrency'][number];

/** Whose quotas a call uses: each quota names one of the two. */
export interface Holders {
  readonly productId: string;
  readonly grantId: string;
}

/** The right to make one call, until `leave`. */
export interface Permit {
  /**
   * Takes rows and bytes (before compression) from their quotas; call it before they are sent: once for a buffered
   * answer, once a chunk for a streamed one. All or nothing. Throws as `QuotaKeeper.enter`.
   */
  reserve(rows: number, bytes: number): Promise<void>;
  /** Gives the slots back. May be called again without effect. */
  leave(): void;
}

/** One count: units of a holder in windows of one length. */
export interface QuotaKey {
  readonly holderId: string;
  readonly per: QuotaPeriod;
  readonly unit: QuotaUnit;
}

/** What replicas have leased in the present window: spent, or lying ready at a replica, or lost with one. */
export interface LeasedUnits {
  readonly per: QuotaPeriod;
  readonly unit: QuotaUnit;
  readonly leased: number;
  readonly windowStart: Date;
  /** null for `total`, which has no end. */
  readonly windowEnd: Date | null;
}

export interface QuotaUsage {
  /** Counts that were touched in their present window; any other stands at 0. */
  readonly quotas: readonly LeasedUnits[];
  /** Calls running now, over all replicas. */
  readonly running: number;
}
