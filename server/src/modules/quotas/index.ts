import type { Queryable } from '../../storage/database.ts';
import type { QuotaUsage } from './model.ts';
import { QuotaStore } from './store.ts';

export { QuotaKeeper, type QuotaKeeperOptions } from './keeper.ts';
export type { ConcurrencyLimit, Holders, Permit, QuotaUsage } from './model.ts';

/** Forgets the counts of products and grants that are gone. */
export const sweepQuotas = (on: Queryable): Promise<void> => new QuotaStore(on).sweep();

/** What replicas have leased of a product's or a grant's quotas in the present windows, and its calls running now. */
export const usageOf = (on: Queryable, holderId: string): Promise<QuotaUsage> => new QuotaStore(on).usage(holderId);
