import type { Logger } from 'pino';
import { ClockWatch } from '../jobs/clock-watch.ts';
import { startHealth } from '../jobs/health.ts';
import { startForgetting } from '../jobs/spent-proofs.ts';
import { startUpkeep } from '../jobs/upkeep.ts';
import { postThrough, startWebhooks } from '../jobs/webhooks.ts';
import { systemClock } from '../kernel/clock.ts';
import { announceSource } from '../modules/webhooks/index.ts';
import type { SourceConnections } from '../modules/resources/index.ts';
import type { OutboundGate } from '../outbound/index.ts';
import type { Database } from '../storage/database.ts';
import type { NodeKey } from '../storage/node-key.ts';

export interface BackgroundParts {
  readonly database: Database;
  readonly key: NodeKey;
  readonly connections: SourceConnections;
  readonly noticeGate: OutboundGate;
  /** PEM of the authorities that receivers of notices may have beside the system's. */
  readonly noticeAuthorities: string;
  readonly retentionDays: number;
}

export interface Background {
  /** How this node's clock stands to the database's. */
  readonly clocks: ClockWatch;
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/** All that the node does by itself. What fails is logged and tried again in its time. */
export function startBackground({ database, key, connections, noticeGate, noticeAuthorities, retentionDays }: BackgroundParts, logger: Logger): Background {
  const failing = (note: string) => (error: unknown) => logger.error({ err: error }, note);
  const clocks = new ClockWatch(database, systemClock, (aheadMs) => logger.warn({ aheadMs }, 'the clock of this node differs from the database’s: signatures and periods of validity are judged wrongly, set it by NTP'));
  const work = [
    startUpkeep(database, systemClock, retentionDays, clocks, (step, error) => logger.error({ err: error, step }, 'upkeep failed')),
    startForgetting(database, systemClock, failing('spent signatures could not be forgotten')),
    startHealth(database, connections, announceSource, failing('sources could not be looked at')),
    startWebhooks({ database, key, clock: systemClock, post: postThrough(noticeGate, noticeAuthorities), onError: failing('notices could not be sent') }),
  ];
  return {
    clocks,
    stop: async () => {
      await Promise.all(work.map((each) => each.stop()));
    },
  };
}
