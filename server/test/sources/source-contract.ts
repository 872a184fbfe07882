import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { ColumnType } from '../../src/modules/policy/index.ts';
import { conditionContract } from './contract-conditions.ts';
import { describeContract } from './contract-describe.ts';
import { failureContract } from './contract-failures.ts';
import { formContract } from './contract-forms.ts';
import { maskContract } from './contract-masks.ts';
import { pagingContract } from './contract-paging.ts';
import type { Bench, Harness } from './contract.ts';

/**
 * The contract of the port `SourceConnection`: every type of source passes it. Call it inside a `describe`; `types` are
 * those that the source's columns can have.
 */
export function sourceContract(types: readonly ColumnType[], open: () => Promise<Harness>): void {
  let harness: Harness | undefined;
  before(async () => {
    harness = await open();
  });
  after(async () => {
    await harness?.[Symbol.asyncDispose]();
  });
  const bench: Bench = {
    get harness() {
      assert.ok(harness);
      return harness;
    },
    get connection() {
      return this.harness.connection;
    },
  };
  describeContract(bench, types);
  formContract(bench, types);
  conditionContract(bench);
  maskContract(bench);
  pagingContract(bench);
  failureContract(bench);
}
