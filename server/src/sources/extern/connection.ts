import type { ExternConnection, ExternSource } from '@lingqu/extern';
import { IANAZone } from 'luxon';
import { displayZone } from '../../kernel/clock.ts';
import { DomainError, reasonOf } from '../../kernel/errors.ts';
import { residualReader } from '../../modules/residual/index.ts';
import type { SourceConnection, SourceSettings } from '../../modules/resources/index.ts';
import { readProbe, readTables } from './shapes.ts';

/** How long a source may take to be probed or described, and to be closed. */
const PATIENCE_MS = 15_000;
const CLOSING_MS = 5_000;

/** Opens a source of an extern type. It can scan only: all else is done here. Throws `source.extern`. */
export function openExtern(source: ExternSource, settings: SourceSettings): SourceConnection {
  const opened = openedBy(source, settings);
  const reader = residualReader({
    timeZone: opened.timeZone ?? displayZone,
    ordered: (request) => opened.ordered?.(request) === true,
    scan: (request, signal) => opened.scan(request, signal),
  });
  return {
    ...reader,
    probe: () => asked(source, PATIENCE_MS, async (signal) => readProbe(await opened.probe(signal))),
    describeTables: () => asked(source, PATIENCE_MS, async (signal) => readTables(await opened.describeTables(signal))),
    close: async () => {
      await asked(source, CLOSING_MS, async () => opened.close?.()).catch(() => {}); // the node lets go of it in any case
    },
  };
}

function openedBy(source: ExternSource, settings: SourceSettings): ExternConnection {
  try {
    const opened: Partial<ExternConnection> = source.open({ ...defaultsOf(source), ...settings });
    if (!isConnection(opened)) throw new TypeError('open() answers an object with the functions probe, describeTables and scan');
    if (opened.timeZone !== undefined && !IANAZone.isValidZone(opened.timeZone)) throw new TypeError(`there is no time zone ${opened.timeZone}`);
    return opened;
  } catch (error) {
    throw failure(source, error);
  }
}

const isConnection = (opened: Partial<ExternConnection>): opened is ExternConnection =>
  typeof opened.probe === 'function' && typeof opened.describeTables === 'function' && typeof opened.scan === 'function';

/** A plain JSON Schema fills nothing in by itself. */
function defaultsOf({ schema }: ExternSource): SourceSettings {
  return Object.fromEntries(Object.entries(schema.properties).flatMap(([name, property]) => ('default' in property ? [[name, property.default] as const] : [])));
}

/** Asks, and does not wait for ever. */
async function asked<T>(source: ExternSource, patienceMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`no answer within ${patienceMs / 1000} s`));
    stop.abort();
  }, patienceMs);
  const working = work(stop.signal);
  try {
    return await Promise.race([working, promise]);
  } catch (error) {
    throw failure(source, error);
  } finally {
    clearTimeout(timer);
    working.catch(() => {});
  }
}

/** Told to the operator who adds a source or looks at it, and by a call's error ID. */
function failure({ type }: ExternSource, error: unknown): DomainError {
  const why = reasonOf(error);
  return new DomainError('source-unavailable', 'source.extern', `${type} 数据源失败：${why} (the source failed)`, { cause: error });
}
