import { describe } from 'node:test';
import { needs } from '../support/services.ts';
import { postgresColumnTypes, postgresHarness } from './backends.ts';
import { sourceContract } from './source-contract.ts';

describe('source contract: postgres', needs('postgres'), () => sourceContract(postgresColumnTypes, postgresHarness));
