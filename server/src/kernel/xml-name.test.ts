import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isXmlName } from './xml-name.ts';

describe('isXmlName', () => {
  for (const name of ['id', 'depth_m', '_a', 'a-b.c1', '站名', '潮位1', 'Größe']) {
    it(`takes ${name}`, () => assert.equal(isXmlName(name), true));
  }
  for (const name of ['', '1a', '-a', '.a', 'a b', 'a:b', 'a<b', 'a>', 'a"', 'a\n', 'xml', 'XMLa', '🌊', 'a🌊', '𠮷', 'a\0', '×', '（米）', '__proto__ ']) {
    it(`refuses ${JSON.stringify(name)}`, () => assert.equal(isXmlName(name), false));
  }
});
