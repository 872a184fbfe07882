import type { Logger } from 'pino';
import type { Access } from '../modules/delivery/index.ts';
import type { Sample } from '../sample/index.ts';

export interface SampleRun {
  /** A call of the sample's product that works, as its URL; undefined where there is no sample. Never rejects. */
  readonly call: Promise<string | undefined>;
  /** Cuts the making of it: the next start begins it anew. */
  stop(): Promise<void>;
}

/** Rows loaded so far, of all. */
export type SampleProgress = (done: number, total: number) => void;

/** Makes the sample beside the node's other work: it already answers. */
export function startSample(sample: Sample, wanted: boolean, access: Access, logger: Logger, progress: SampleProgress): SampleRun {
  const stopped = new AbortController();
  let begun = false;
  const told: SampleProgress = (done, total) => {
    if (!begun) logger.info({ rows: total }, 'the sample is being made');
    begun = true;
    progress(done, total);
  };
  const run = async (): Promise<string | undefined> => {
    if (!wanted) {
      await sample.decline();
      return undefined;
    }
    const call = await sample.ensure({ signal: stopped.signal, progress: told });
    await access.confirm(); // felt by the first call, not 2 s later
    return call;
  };
  const call = run().catch((error: unknown) => {
    if (!stopped.signal.aborted) logger.error({ err: error }, 'the sample could not be made');
    return undefined;
  });
  return {
    call,
    stop: async () => {
      stopped.abort();
      await call;
    },
  };
}
