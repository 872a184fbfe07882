import { parse, type Parser } from 'csv-parse';

/** Holds an answer of all rows against its format, piece by piece. */
export interface Check {
  see(chunk: Buffer): void;
  /** After the last piece: what is wrong, '' for nothing. */
  fault(): string;
}

export interface Format {
  readonly name: string;
  readonly path: string;
  /** SEA's key is a parameter, GOV's a header. */
  readonly keyIn: 'query' | 'header';
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  check(rows: number): Check;
}

/** Hands on what stands before each separator, and what is left at the end; UTF-8 cut between two pieces is put together. */
class Splitter {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #separator: string;
  readonly #take: (piece: string) => void;
  #rest = '';

  constructor(separator: string, take: (piece: string) => void) {
    this.#separator = separator;
    this.#take = take;
  }

  see(chunk: Buffer): void {
    const pieces = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split(this.#separator);
    this.#rest = pieces.pop() ?? '';
    for (const piece of pieces) this.#take(piece);
  }

  end(): string {
    return this.#rest + this.#decoder.decode();
  }
}

/** The first fault of many. */
class Faults {
  first = '';

  add(fault: string): void {
    if (this.first === '') this.first = fault;
  }
}

/** Each object is parsed by itself: the objects stand between `"data":[` and `]`, and none of ours holds `},{` in a text. */
function jsonCheck(rows: number): Check {
  const faults = new Faults();
  let seen = 0;
  const take = (piece: string): void => {
    const text = seen === 0 ? piece.slice(piece.indexOf('"data":[') + '"data":['.length + 1) : piece;
    expectRow(JSON.parse(`{${text}}`) as Record<string, unknown>);
  };
  const expectRow = (row: Record<string, unknown>): void => {
    seen += 1;
    if (Number(row['id']) !== seen) faults.add(`row ${seen} has the id ${String(row['id'])}`);
  };
  const splitter = new Splitter('},{', take);
  return {
    see: (chunk) => splitter.see(chunk),
    fault: () => {
      const rest = splitter.end();
      const end = rest.lastIndexOf('}],');
      const tail = JSON.parse(`{${rest.slice(end + 3)}`) as { total?: number };
      expectRow(JSON.parse(`{${rest.slice(0, end)}}`) as Record<string, unknown>);
      if (tail.total !== rows) faults.add(`total is ${tail.total}`);
      if (seen !== rows) faults.add(`${seen} rows`);
      return faults.first;
    },
  };
}

const XML_ROW = /^<row><id>(\d+)<\/id>(<(\w+)>[^<]*<\/\3>)*$/;

function xmlCheck(rows: number): Check {
  const faults = new Faults();
  let seen = 0;
  const splitter = new Splitter('</row>', (piece) => {
    const row = seen === 0 ? piece.slice(piece.indexOf('<row>')) : piece;
    seen += 1;
    if (XML_ROW.exec(row)?.[1] !== String(seen)) faults.add(`row ${seen}: ${row.slice(0, 200)}`);
  });
  return {
    see: (chunk) => splitter.see(chunk),
    fault: () => {
      const tail = splitter.end();
      if (tail !== `</data><total>${rows}</total></response>`) faults.add(`it ends in ${tail.slice(-100)}`);
      if (seen !== rows) faults.add(`${seen} rows`);
      return faults.first;
    },
  };
}

function csvCheck(rows: number): Check {
  const faults = new Faults();
  let seen = 0;
  let error = '';
  const parser: Parser = parse({ columns: true, record_delimiter: '\r\n' });
  parser.on('data', (row: Record<string, string>) => {
    seen += 1;
    if (row['id'] !== String(seen)) faults.add(`row ${seen} has the id ${row['id']}`);
  });
  parser.on('error', (thrown) => {
    error = thrown.message;
  });
  return {
    see: (chunk) => void parser.write(chunk),
    fault: () => {
      parser.end();
      while (parser.read() !== null);
      if (error !== '') faults.add(error);
      if (seen !== rows) faults.add(`${seen} rows`);
      return faults.first;
    },
  };
}

const gov = '/gov/v1/readings';

/** Each format of each face, and one of them compressed. */
export const formats: readonly Format[] = [
  { name: 'sea json', path: '/szsea/api/sharing/readings', keyIn: 'query', headers: {}, gzip: false, check: jsonCheck },
  { name: 'gov json', path: gov, keyIn: 'header', headers: { accept: 'application/json' }, gzip: false, check: jsonCheck },
  { name: 'gov xml', path: gov, keyIn: 'header', headers: { accept: 'application/xml' }, gzip: false, check: xmlCheck },
  { name: 'gov csv', path: gov, keyIn: 'header', headers: { accept: 'text/csv' }, gzip: false, check: csvCheck },
  { name: 'gov json gzip', path: gov, keyIn: 'header', headers: { accept: 'application/json', 'accept-encoding': 'gzip' }, gzip: true, check: jsonCheck },
];
