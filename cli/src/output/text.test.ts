import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tableOf } from './table.ts';
import { cellText, plain, timeText } from './text.ts';

describe('texts of the terminal', () => {
  it('lose what would steer it, and keep lines and tabs', () => {
    assert.equal(plain('\u001b[31m红\u0007\u009b\r\na\tb'), '\uFFFD[31m红\uFFFD\uFFFD\uFFFD\na\tb');
    assert.equal(cellText({ note: '\u001b[2J' }), '{"note":"\\u001b[2J"}');
    assert.ok(!tableOf(['\u001b[31m'], [['name', (name) => name]], '').includes('\u001b'));
  });

  it('show times in China', () => {
    assert.equal(timeText('2026-03-01T16:30:00.000Z'), '2026-03-02 00:30:00');
    assert.equal(timeText(null), '');
    assert.equal(timeText('soon'), 'soon');
  });

  it('say when a table is empty', () => {
    assert.equal(tableOf([], [['name', () => '']], '没有'), '没有');
  });
});
