import { describe } from 'node:test';
import { onBothEngines } from '../support/database.ts';
import { needs } from '../support/services.ts';
import { hostedHarness, hostedTypes, postgresColumnTypes, postgresHarness } from './backends.ts';
import { equivalence } from './equivalence.ts';

/** PostgreSQL holds all there is; the test's own database orders text as its server does. */
const postgres = { types: postgresColumnTypes, notFinite: true, scale: undefined, years: [1, 9999], ownOrder: ['text'] } as const;

onBothEngines('push-down and residual are the same: hosted', (fresh) => {
  describe('equivalence', () => equivalence({ ...postgres, types: hostedTypes, ownOrder: [], timeZone: 'Asia/Shanghai', open: () => hostedHarness(fresh) }));
});
for (const timeZone of ['Asia/Shanghai', 'UTC', 'America/New_York']) {
  describe(`push-down and residual are the same: postgres, ${timeZone}`, needs('postgres'), () => equivalence({ ...postgres, timeZone, open: () => postgresHarness({ timeZone }) }));
}
