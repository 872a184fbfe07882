/** Background work that is under way until it is stopped. */
export interface Rounds {
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/** Does a piece of work as long as there is one (`work` answers whether it found one), then looks again after a pause. */
export function startRounds(pauseMs: number, work: () => Promise<boolean>, onError: (error: unknown) => void): Rounds {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  const run = async (): Promise<void> => {
    try {
      while (!stopping.signal.aborted && (await work()));
    } catch (error) {
      onError(error);
    }
    if (!stopping.signal.aborted) timer = setTimeout(begin, pauseMs);
  };
  const begin = (): void => {
    round = run();
  };
  timer = setTimeout(begin, pauseMs);
  return {
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await round;
    },
  };
}
