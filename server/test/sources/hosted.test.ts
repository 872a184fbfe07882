import { describe } from 'node:test';
import { onBothEngines } from '../support/database.ts';
import { hostedHarness } from './backends.ts';
import { sourceContract } from './contract.ts';

onBothEngines('source contract: hosted', (fresh) => {
  describe('contract', () => sourceContract(() => hostedHarness(fresh)));
});
