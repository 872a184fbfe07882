import { describe } from 'node:test';
import { needs } from '../support/services.ts';
import { mysqlColumnTypes, mysqlHarness } from './mysql-backend.ts';
import { sourceContract } from './source-contract.ts';

describe('source contract: mysql', needs('mariadb'), () => sourceContract(mysqlColumnTypes, mysqlHarness));
