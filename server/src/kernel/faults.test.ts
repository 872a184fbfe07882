import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { Errors } from 'typebox/value';
import { faultTexts } from './faults.ts';

test('A pattern is told by the description of what has it; a rule without one, and all else, by the schema’s own words', () => {
  const name = Type.String({ pattern: '^[a-z]+$', description: '小写字母 (small letters)' });
  const schema = Type.Object({ name, list: Type.Array(Type.Union([Type.Null(), name])), bare: Type.String({ pattern: '^x$' }), count: Type.Integer({ description: '次数' }) });
  const texts = faultTexts(Errors(schema, { name: 'Li', list: ['LI'], bare: 'y', count: 'z' }), 'body', schema);
  for (const expected of ['name: 小写字母 (small letters)', 'list.0: 小写字母 (small letters)', 'bare: must match pattern "^x$"', 'count: must be integer']) assert.ok(texts.includes(expected), texts.join('\n'));
});
