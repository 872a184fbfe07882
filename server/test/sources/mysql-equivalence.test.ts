import { describe } from 'node:test';
import { needs } from '../support/services.ts';
import { equivalence } from './equivalence.ts';
import { mysqlColumnTypes, mysqlHarness } from './mysql-backend.ts';

/** Text stands under a collation for which case, accents and trailing blanks are nothing: no row rule may become wider by it. */
for (const timeZone of ['Asia/Shanghai', 'UTC', 'America/New_York']) {
  describe(`push-down and residual are the same: mysql, ${timeZone}`, needs('mariadb'), () =>
    equivalence({ types: mysqlColumnTypes, notFinite: false, scale: undefined, years: [1, 9999], ownOrder: ['text', 'uuid'], timeZone, open: () => mysqlHarness({ timeZone }) }));
}
