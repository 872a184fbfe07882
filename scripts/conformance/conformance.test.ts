import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../testing/outcomes.ts';
import { namingErrorsIn } from './naming.ts';
import { renderPage } from './page.ts';
import { idsInTitle, idsOf, parseMissing, parseRegister } from './register.ts';
import { titlesIn } from './titles.ts';

const register = parseRegister(`# Requirements
| SEA-0 | before any chapter | ignored | |
## SEA: marine
| ID | clause | must hold | how it shows |
|---|---|---|---|
| SEA-1 | 1 | first | |
| SEA-2a | 2 a | second | |
## Empty
## GOV: services
| GOV-auth | 鉴权 | third | |
`);

const outcome = (title: string, result: Outcome['result'], kind: Outcome['kind'] = 'test'): Outcome => ({
  kind,
  titles: ['a suite', title],
  file: 'server/test/sea.e2e.test.ts',
  result,
});

/** The result that the page gives for SEA-1. */
function resultOn(outcomes: readonly Outcome[], missing: ReadonlyMap<string, string> = new Map()): string | undefined {
  const page = renderPage(register, outcomes, missing, '## By hand\n\nkept');
  assert.match(page, /## By hand\n\nkept\n$/);
  return /\| SEA-1 \| 1 \| first \| (\w+) \|/.exec(page)?.[1];
}

describe('the requirement register', () => {
  it('gives the chapters that have requirements, in their order', () => {
    assert.deepEqual(
      register.map(({ title, requirements }) => [title, requirements.map(({ id }) => id)]),
      [
        ['SEA: marine', ['SEA-1', 'SEA-2a']],
        ['GOV: services', ['GOV-auth']],
      ],
    );
  });
});

describe('IDs in a title', () => {
  it('stand in brackets of their own or together', () => {
    assert.deepEqual(idsInTitle('[SEA-1] [SEA-2a, GOV-auth] gives rows'), ['SEA-1', 'SEA-2a', 'GOV-auth']);
  });

  it('are nothing else in brackets', () => {
    assert.deepEqual(idsInTitle('reads [0, 5) of [name] and [a-b]'), []);
  });
});

describe('naming rules', () => {
  const errors = (file: string, source: string): string[] => namingErrorsIn(file, titlesIn(source), idsOf(register));

  it('accept known IDs on end-to-end tests', () => {
    assert.deepEqual(errors('a.e2e.test.ts', "test('[SEA-1] x', () => {}); // '[SEA-9]'"), []);
  });

  it('refuse IDs elsewhere', () => {
    assert.match(errors('a.test.ts', "describe.skip('[SEA-1] x', () => {})").join(), /only \*\.e2e/);
  });

  it('refuse unknown IDs, in templates and subtests too', () => {
    const source = 'test(name, (t) => {\n  await t.test(`[SEA-9] ${name}`);\n});';
    assert.match(errors('a.e2e.test.ts', source).join(), /^a\.e2e\.test\.ts:2: SEA-9 is not in/);
  });
});

describe('the page', () => {
  it('counts a requirement as met when all of its tests pass', () => {
    assert.equal(resultOn([outcome('[SEA-1] a', 'pass'), outcome('[SEA-1] b', 'pass')]), 'pass');
  });

  it('counts it as failed when one test fails', () => {
    assert.equal(resultOn([outcome('[SEA-1] a', 'pass'), outcome('[SEA-1] b', 'fail')]), 'fail');
  });

  it('counts it as untested without a test, or when one was skipped', () => {
    assert.equal(resultOn([outcome('[GOV-auth] a', 'pass')]), 'untested');
    assert.equal(resultOn([outcome('[SEA-1] a', 'pass'), outcome('[SEA-1] b', 'skip', 'suite')]), 'untested');
  });

  it('holds in part where something is known to be missing, and passes by no word of ours', () => {
    const missing = parseMissing('| ID | missing |\n|---|---|\n| SEA-1 | a half |');
    assert.equal(resultOn([outcome('[SEA-1] a', 'pass')], missing), 'partly');
    assert.equal(resultOn([outcome('[SEA-1] a', 'fail')], missing), 'fail');
    assert.equal(resultOn([], missing), 'untested');
  });

  it('does not take a suite that passed for a test', () => {
    assert.equal(resultOn([outcome('[SEA-1] a', 'pass', 'suite')]), 'untested');
  });

  it('says the counts', () => {
    const page = renderPage(register, [outcome('[SEA-1] [SEA-2a] a', 'pass')], new Map([['SEA-2a', 'a half']]), '');
    assert.match(page, /Of the 3 requirements .*\*\*1 pass\*\*, \*\*1 hold in part\*\*, \*\*0 fail\*\* and \*\*1 are untested\*\*/);
  });
});
