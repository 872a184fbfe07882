import { describe } from 'node:test';
import { postgresColumnTypes } from './backends.ts';
import { memoryHarness } from './memory-scanner.ts';
import { sourceContract } from './source-contract.ts';

describe('source contract: what a source cannot push down', () => sourceContract(postgresColumnTypes, memoryHarness));
