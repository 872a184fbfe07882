import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Check } from 'typebox/value';
import type { ColumnDescription, Resource } from '../resources/index.ts';
import { ProductDefinition } from './model.ts';
import { suggestDefinition } from './suggestion.ts';

const column = (name: string, more: Partial<ColumnDescription> = {}): ColumnDescription => ({ name, type: 'text', native: 'text', nullable: true, comment: '', ...more });

const resourceOf = (columns: readonly ColumnDescription[], key: readonly string[] = []): Resource => ({
  id: '', sourceId: '', sourceName: 'src', name: 'tides', title: '潮位', table: { schema: 'public', name: 'tides' }, columns, key, notice: '', ownerId: null, version: 1,
});

/** The suggestion, once the provider has completed it. */
function completed(resource: Resource): { definition: ProductDefinition; leftOut: number } {
  const { definition, leftOut } = suggestDefinition(resource, ['data']);
  return { definition: { ...definition, provider: { name: '海洋中心', code: '4403' }, name: '海洋中心潮位查询' }, leftOut };
}

test('A suggestion, completed, is a definition: names and titles as long as columns have them, more columns and keys than a product', () => {
  const names = ['a'.repeat(63), 'b'.repeat(64), '潮高', ...Array.from({ length: 16 }, (_, index) => `k${index}`)];
  const columns = names.map((name) => column(name, { comment: `${'x'.repeat(99)}🌊` }));
  const { definition, leftOut } = completed(resourceOf(columns, names.slice(3)));
  assert.ok(Check(ProductDefinition, definition));
  assert.ok(definition.fields.every(({ title }) => title.isWellFormed()));
  assert.deepEqual(definition.fields.slice(0, 3).map(({ name }) => name), ['a'.repeat(63), 'f1', 'f2']);
  assert.equal(leftOut, 0);
});

test('Columns beyond those that a product may have are left out, and counted', () => {
  const { definition, leftOut } = completed(resourceOf(Array.from({ length: 512 }, (_, index) => column(`c${index}`))));
  assert.ok(Check(ProductDefinition, definition));
  assert.deepEqual([definition.fields.length, leftOut], [500, 12]);
});

test('The listeners are those of the node that serve data', () => {
  assert.deepEqual(suggestDefinition(resourceOf([column('a')]), ['internet', 'e-government']).definition.listeners, ['internet', 'e-government']);
});
