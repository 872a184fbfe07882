import { describe } from 'node:test';
import { onBothEngines } from '../support/database.ts';
import { hostedHarness, hostedTypes } from './backends.ts';
import { sourceContract } from './source-contract.ts';

onBothEngines('source contract: hosted', (fresh) => {
  describe('contract', () => sourceContract(hostedTypes, () => hostedHarness(fresh)));
});
