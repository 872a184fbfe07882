import { loadModule } from 'libpg-query';
import pg from 'pg';
import { DomainError } from '../../../kernel/errors.ts';
import { quoteName } from '../../../storage/database.ts';
import type { Literal } from '../../../modules/policy/index.ts';
import type { ColumnDescription, Probe, Query, QueryExplanation, QuerySource, ReadPlan, RowBatch, RowShape, RowStream, TableDescription, TableReader } from '../../../modules/resources/index.ts';
import { describedQuery, sampleInputs, standings } from '../../sql-template/describe.ts';
import { refusedQuery } from '../../sql-template/refused.ts';
import { derivedTable, placeholders, renderQuery } from '../../sql-template/render.ts';
import { checkParameters } from '../../sql-template/template.ts';
import { incapacitiesOf, type Trial } from '../abilities.ts';
import { held } from '../client.ts';
import { unable } from '../describe.ts';
import { Bindings, inputsIn, type SqlContext } from '../expressions.ts';
import { sourceFailure } from '../failures.ts';
import { openReaderPools, type ReaderPools } from '../pools.ts';
import { PostgresReader } from '../reader.ts';
import { readerSession, type Session } from '../session.ts';
import type { PostgresSettings } from '../settings.ts';
import { checkSelect, type Lookups } from './check.ts';
import { explained } from './explain.ts';
import { checkLogIn } from './log-in.ts';
import { ownCode } from './own.ts';
import { preparedColumns } from './prepared.ts';
import { templateOf } from './scan.ts';

const natives: Readonly<Record<Query['parameters'][number]['type'], string>> = {
  text: 'text', integer: 'integer', bigint: 'bigint', decimal: 'numeric', float: 'double precision', boolean: 'boolean', date: 'date',
  time: 'time without time zone', timestamp: 'timestamp without time zone', timestamptz: 'timestamp with time zone', uuid: 'uuid',
};

/** Queries that operators write, under a log-in that can only read (design: Doors): pools of its own, each statement in a read-only transaction that is rolled back. */
export class PostgresQueries implements TableReader, QuerySource {
  readonly #settings: PostgresSettings;
  readonly #pools: ReaderPools;
  readonly #reader: PostgresReader;

  constructor(server: pg.PoolConfig, settings: PostgresSettings) {
    const { queryUser, queryPassword, connections, statementTimeoutSeconds, timeZone } = settings;
    this.#settings = settings;
    this.#pools = openReaderPools({ ...server, user: queryUser, password: queryPassword }, connections, statementTimeoutSeconds, sessionOf(settings));
    this.#reader = new PostgresReader(this.#pools, timeZone, (client, statement) => inside(client, () => client.query(statement)));
  }

  async readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return (await this.#readerOf(plan, signal)).readPage(plan, shape, maxBytes, signal);
  }

  async count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return (await this.#readerOf(plan, signal)).count(plan, signal);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    return (await this.#readerOf(plan, signal)).openStream(plan, shape, signal);
  }

  /** The reader, once the very text that it will run has been found harmless in the database as it is now. */
  async #readerOf({ table: { query }, inputs }: ReadPlan, signal: AbortSignal): Promise<PostgresReader> {
    await loadModule();
    if (query === undefined) return this.#reader;
    const { lookups } = this.#checked(query, inputs);
    try {
      signal.throwIfAborted();
      const refusal = await held(this.#pools.pages, signal, (client) => ownCode(client, this.#settings.querySchemas, lookups));
      if (refusal !== undefined) throw refusal;
    } catch (error) {
      throw sourceFailure(error, signal);
    }
    return this.#reader;
  }

  async #refuseOwnCode(client: pg.ClientBase, lookups: Lookups): Promise<void> {
    const refusal = await ownCode(client, this.#settings.querySchemas, lookups);
    if (refusal !== undefined) throw refusal;
  }

  #checked(query: Query, inputs: Readonly<Record<string, Literal>>): { readonly text: string; readonly lookups: Lookups; readonly context: SqlContext } {
    const context: SqlContext = { bindings: new Bindings(), zone: this.#settings.timeZone, natives: {}, maskKey: Buffer.alloc(0) };
    const text = renderQuery(templateOf(query.sql), inputs, inputsIn(context));
    return { text, context, lookups: checkSelect(text, this.#settings.querySchemas, query.minimumGroup?.column) };
  }

  async describe(query: Query): Promise<TableDescription> {
    await loadModule();
    const template = templateOf(query.sql);
    checkParameters(query, template);
    const texts = standings(template, query).map((given) => this.#checked(query, placeholders(query, given)));
    const described = await this.#asked(async (client) => {
      const columns: ColumnDescription[][] = [];
      for (const { text, lookups } of texts) {
        await this.#refuseOwnCode(client, lookups);
        columns.push(await preparedColumns(client, text));
      }
      const table = describedQuery(query, columns, (type) => natives[type]);
      await preparedColumns(client, `SELECT * FROM ${derivedTable(texts[0]?.text ?? '', query, quoteName)} t`);
      return table;
    });
    const { cannot } = await incapacitiesOf(this.#trial);
    return { ...described, columns: described.columns.map((column) => unable(column, cannot)) };
  }

  async explain(query: Query, values: Readonly<Record<string, string>>): Promise<QueryExplanation> {
    await loadModule();
    checkParameters(query, templateOf(query.sql));
    const { text, lookups, context } = this.#checked(query, sampleInputs(query, values));
    return this.#asked(async (client) => {
      await this.#refuseOwnCode(client, lookups);
      return explained(client, `SELECT * FROM ${derivedTable(text, query, quoteName)} t`, context.bindings.values);
    });
  }

  /** For the test of a source; throws `query.log-in`. */
  probe(): Promise<Probe> {
    const { user, queryUser } = this.#settings;
    if (user === queryUser) throw refusedQuery('query.log-in', 'queryUser 须是另一个只读账号，不可与 user 相同 (the log-in for queries must be another than the source’s own)');
    return this.#asked(async (client) => {
      const { rows } = await client.query<{ limit: string }>("SELECT setting AS limit FROM pg_settings WHERE name = 'temp_file_limit'");
      const unbounded = rows[0]?.limit === '-1';
      const warning = `请限制查询的临时文件：ALTER ROLE ${quoteName(queryUser)} SET temp_file_limit = '1GB' (bound the temporary files of queries)`;
      return { about: { queryUser }, warnings: unbounded ? [warning] : [] };
    });
  }

  close(): Promise<void> {
    return this.#pools.close();
  }

  /** Apart from all else, so that a statement that the server does not know ends no other's transaction. */
  readonly #trial: Trial = ({ text, values }) =>
    held(this.#pools.pages, new AbortController().signal, (client) =>
      inside(client, async () => (await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' })).rows),
    );

  /** The operator, unlike a caller, is told what the database says of the query. */
  async #asked<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    try {
      return await held(this.#pools.pages, new AbortController().signal, (client) =>
        inside(client, async () => {
          await checkLogIn(client, this.#settings.queryUser);
          return work(client);
        }),
      );
    } catch (error) {
      if (error instanceof pg.DatabaseError && !(error.code ?? '').startsWith('28')) throw refusedQuery('query.refused', `数据库不接受该查询：${error.message} (the database refuses the query)`, error);
      throw error instanceof pg.DatabaseError ? logInRefused(error, this.#settings.queryUser) : sourceFailure(error);
    }
  }
}

const logInRefused = (error: pg.DatabaseError, user: string): DomainError =>
  new DomainError('source-unavailable', 'query.password', `数据库不允许 queryUser ${user} 登录：请检查 queryPassword 和 pg_hba.conf（${error.message}） (the server refuses the log-in for queries)`, { cause: error });

/** Names resolve in the listed schemas alone; a sort may not take the server's memory. */
const sessionOf = ({ querySchemas }: PostgresSettings): Session => ({ ...readerSession, work_mem: '16384', search_path: querySchemas.map(quoteName).join(',') });

/** Whatever a statement could change of its session is rolled back with it; where it fails, the connection goes. */
async function inside<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN READ ONLY');
  const answer = await work();
  await client.query('ROLLBACK');
  return answer;
}
