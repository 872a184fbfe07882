import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '../../kernel/errors.ts';
import type { Condition } from '../policy/index.ts';
import type { ColumnDescription, Resource } from '../resources/index.ts';
import { splitInputs } from './inputs.ts';

const column = (name: string, input: boolean, nullable = true): ColumnDescription => ({ name, type: 'text', native: 'text', nullable, comment: '', ...(input ? { input } : {}) });

const resource: Resource = {
  id: '', sourceId: '', sourceName: '', name: '', title: '', table: { schema: '', name: '' }, key: [], notice: '', ownerId: null, version: 1,
  columns: [column('city', true, false), column('day', true), column('name', false)],
};
const eq = (name: string, text: string): Condition => ({ op: 'eq', column: name, value: { type: 'text', text } });
const all = (...of: Condition[]): Condition => ({ op: 'all', of });

describe('inputs of a source', () => {
  it('are taken out of the condition wherever the policy lets them stand', () => {
    const { where, inputs } = splitInputs(all(eq('city', 'SZ'), all(eq('day', '1'), eq('name', 'x'))), resource);
    assert.deepEqual(where, all(all(eq('name', 'x'))));
    assert.deepEqual({ ...inputs }, { city: { type: 'text', text: 'SZ' }, day: { type: 'text', text: '1' } });
  });

  it('are the one value that both the policy and the caller name', () => {
    const { inputs } = splitInputs(all(eq('city', 'SZ'), eq('city', 'SZ')), resource);
    assert.equal(inputs['city']?.text, 'SZ');
  });

  it('may not be given another value than the policy fixes, and the message does not tell which it fixes', () => {
    assert.throws(
      () => splitInputs(all(eq('city', 'SZ'), eq('city', 'GZ')), resource),
      (error) => error instanceof DomainError && error.kind === 'denied-by-policy' && !error.message.includes('SZ'),
    );
  });

  it('that must be given are missed', () => {
    assert.throws(() => splitInputs(all(eq('day', '1')), resource), (error) => error instanceof DomainError && error.kind === 'missing-parameter');
  });

  it('cost nothing where there are none', () => {
    const where = all(eq('name', 'x'));
    assert.equal(splitInputs(where, { ...resource, columns: [column('name', false)] }).where, where);
  });
});
