import { after, before, describe } from 'node:test';
import { manage } from './management.ts';
import { startNode, type StartedNode } from './node.ts';
import { needs } from './services.ts';
import { tideTable, type TideTable } from './tide-table.ts';

/** What a suite has while it runs; read it inside tests only. */
export interface Bench {
  readonly node: StartedNode;
  readonly table: TideTable;
  readonly api: ReturnType<typeof manage>;
}

/**
 * Declares one suite for each engine of the node's own database: a started node, and a provider's PostgreSQL database
 * with the tide table beside it.
 */
export function onStartedNodes(name: string, suite: (bench: Bench) => void): void {
  for (const engine of ['pglite', 'postgres'] as const) {
    describe(`${name}, node on ${engine === 'pglite' ? 'PGlite' : 'PostgreSQL'}`, needs('postgres'), () => {
      let node: StartedNode | undefined;
      let table: TideTable | undefined;
      before(async () => {
        [node, table] = await Promise.all([startNode({ engine }), tideTable()]);
      });
      after(async () => {
        await node?.stop();
        await table?.[Symbol.asyncDispose]();
      });
      const there = <T>(thing: T | undefined): T => {
        if (thing === undefined) throw new TypeError('the suite has not begun');
        return thing;
      };
      suite({
        get node() {
          return there(node);
        },
        get table() {
          return there(table);
        },
        get api() {
          return manage(there(node));
        },
      });
    });
  }
}
