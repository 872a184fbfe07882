import type { PoolOptions } from 'mysql2';
import type { Literal } from '../../../modules/policy/index.ts';
import type { ColumnDescription, Probe, Query, QueryExplanation, QuerySource, ReadPlan, RowBatch, RowShape, RowStream, TableDescription, TableReader } from '../../../modules/resources/index.ts';
import { describedQuery, sampleInputs, standings } from '../../sql-template/describe.ts';
import { refusedQuery } from '../../sql-template/refused.ts';
import { derivedTable, placeholders, renderQuery } from '../../sql-template/render.ts';
import { checkParameters } from '../../sql-template/template.ts';
import { isServerError, sourceFailure } from '../failures.ts';
import { ReaderPools } from '../pools.ts';
import { MysqlReader } from '../reader.ts';
import type { Session } from '../session.ts';
import type { MysqlSettings } from '../settings.ts';
import { Bindings, quoteName, type SqlContext } from '../sql.ts';
import { checkSelect } from './check.ts';
import { explained } from './explain.ts';
import { inputsIn } from './inputs.ts';
import { checkLogIn } from './log-in.ts';
import { describedColumn } from './prepared.ts';
import { templateOf } from './scan.ts';

const natives: Readonly<Record<Query['parameters'][number]['type'], string>> = {
  text: 'text', integer: 'int', bigint: 'bigint', decimal: 'decimal(65,30)', float: 'double', boolean: 'tinyint(1)', date: 'date', time: 'time(6)',
  timestamp: 'datetime(6)', timestamptz: 'timestamp(6)', uuid: 'char(36)',
};

/** Queries that operators write, under a log-in that can only read (design: Doors): pools of its own, each session reads only. */
export class MysqlQueries implements TableReader, QuerySource {
  readonly #settings: MysqlSettings;
  readonly #pools: ReaderPools;
  readonly #reader: MysqlReader;

  constructor(server: PoolOptions, settings: MysqlSettings) {
    this.#settings = settings;
    this.#pools = new ReaderPools({ ...server, user: settings.queryUser, password: settings.queryPassword }, settings);
    this.#reader = new MysqlReader(this.#pools, settings.timeZone);
  }

  async readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return this.#readerOf(plan).readPage(plan, shape, maxBytes, signal);
  }

  async count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return this.#readerOf(plan).count(plan, signal);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    return this.#readerOf(plan).openStream(plan, shape, signal);
  }

  /** The reader, once the very text that it will run has been found harmless. */
  #readerOf({ table: { query }, inputs }: ReadPlan): MysqlReader {
    if (query !== undefined) this.#checked(query, inputs);
    return this.#reader;
  }

  #checked(query: Query, inputs: Readonly<Record<string, Literal>>): { readonly text: string; readonly context: SqlContext } {
    const context: SqlContext = { bindings: new Bindings(), zone: this.#settings.timeZone, natives: {}, maskKey: Buffer.alloc(0) };
    const text = renderQuery(templateOf(query.sql), inputs, inputsIn(context));
    checkSelect(text, query.minimumGroup?.column);
    return { text, context };
  }

  async describe(query: Query): Promise<TableDescription> {
    const template = templateOf(query.sql);
    checkParameters(query, template);
    const texts = standings(template, query).map((given) => this.#checked(query, placeholders(query, given)).text);
    return this.#asked(async (session) => {
      const columns: ColumnDescription[][] = [];
      for (const text of texts) columns.push((await session.columns(text)).map((column) => describedColumn(column, this.#settings.tinyint1)));
      const described = describedQuery(query, columns, (type) => natives[type]);
      await session.columns(`SELECT * FROM ${derivedTable(texts[0] ?? '', query, quoteName)} t`);
      return described;
    });
  }

  async explain(query: Query, values: Readonly<Record<string, string>>): Promise<QueryExplanation> {
    checkParameters(query, templateOf(query.sql));
    const { text, context } = this.#checked(query, sampleInputs(query, values));
    return this.#asked((session) => explained((statement) => session.rows(statement), `SELECT * FROM ${derivedTable(text, query, quoteName)} t`, context.bindings.values));
  }

  /** For the test of a source; throws `query.log-in`. */
  probe(): Promise<Probe> {
    const { user, queryUser } = this.#settings;
    if (user === queryUser) throw refusedQuery('query.log-in', 'queryUser 须是另一个只读账号，不可与 user 相同 (the log-in for queries must be another than the source’s own)');
    return this.#asked(async () => ({ about: { queryUser }, warnings: [] }));
  }

  close(): Promise<void> {
    return this.#pools.close();
  }

  /** The operator, unlike a caller, is told what the database says of the query. */
  async #asked<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      const session = await this.#pools.page(new AbortController().signal);
      let whole = false;
      try {
        await checkLogIn((statement) => session.rows(statement), this.#settings.queryUser, this.#settings.database);
        const answer = await work(session);
        whole = true;
        return answer;
      } finally {
        session.release(whole);
      }
    } catch (error) {
      if (isServerError(error)) throw refusedQuery('query.refused', `数据库不接受该查询或 queryUser：${error.message} (the database refuses the query, or its log-in)`, error);
      throw sourceFailure(error);
    }
  }
}
