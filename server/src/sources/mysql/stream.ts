import type { ReadPlan, RowBatch, RowShape, RowStream } from '../../modules/resources/index.ts';
import { rowsOfStream } from '../postgres/select.ts';
import { changedMeanwhile, sourceFailure, tookTooLong } from './failures.ts';
import { Inflow } from './inflow.ts';
import { timeLimit } from './pools.ts';
import { batchMaker } from './rows.ts';
import { rowsStatement, windowCountStatement } from './select.ts';
import type { Session } from './session.ts';

export interface Streaming {
  readonly plan: ReadPlan;
  readonly shape: RowShape;
  readonly zone: string;
  /** How long the server may count, and work before it has a first row. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * Opens a stream in one snapshot: its rows are counted, then read by one statement that the server sends no faster than
 * they are taken. Its time is not limited at the server, which would count a slow reader's time too: here the session
 * waits for each batch no longer than a server may be silent. It takes the session over.
 */
export async function openStream(session: Session, streaming: Streaming): Promise<RowStream> {
  const { plan, zone, seconds, signal } = streaming;
  try {
    await session.command(timeLimit(seconds), 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    const [counted] = await session.rows(windowCountStatement(plan, zone));
    const rows = rowsOfStream(plan, Number(counted?.[0] ?? 0));
    return { rows, batches: read(session, streaming, rows), cancel: () => session.release(false) };
  } catch (error) {
    session.release(false);
    throw sourceFailure(error, signal);
  }
}

async function* read(session: Session, { plan, shape, zone, signal }: Streaming, counted: number): AsyncGenerator<RowBatch> {
  let whole = false;
  try {
    signal.throwIfAborted();
    await session.command(timeLimit(0));
    const batchOf = batchMaker(plan, shape, zone);
    const inflow = new Inflow(session, rowsStatement(plan, shape, zone));
    let left = counted;
    for (let rows = await inflow.next(tookTooLong); rows.length > 0; rows = await inflow.next()) {
      signal.throwIfAborted();
      left -= rows.length;
      if (left < 0) throw changedMeanwhile();
      yield batchOf(rows);
    }
    if (left > 0) throw changedMeanwhile();
    await session.command('COMMIT');
    whole = true;
  } catch (error) {
    throw sourceFailure(error, signal);
  } finally {
    session.release(whole);
  }
}
