import cliProgress from 'cli-progress';

/** How far long work has come. */
export interface Progress {
  to(done: number): void;
  end(): void;
}

/** Where people look; `isTTY` says whether they do. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

const silent: Progress = { to: () => {}, end: () => {} };

/**
 * A bar on stderr, where somebody looks at it.
 * @param total in the unit that `show` writes; 0: unknown, then only what is done is shown
 */
export function progressOn(stream: Terminal, wanted: boolean, label: string, total: number, show: (done: number) => string): Progress {
  if (!wanted || stream.isTTY !== true) return silent;
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    format: (options, { progress, value }) => {
      const much = total === 0 ? '' : ` ${cliProgress.Format.BarFormat(progress, options)} ${Math.floor(progress * 100)}%`;
      return `${label}${much} ${show(value)}`;
    },
  });
  bar.start(total, 0);
  return { to: (done) => bar.update(done), end: () => bar.stop() };
}

/** Bytes for people. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? 'B'}`;
}
