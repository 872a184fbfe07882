import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { hostedColumnTypes } from '../modules/resources/index.ts';
import { damaged } from './errors.ts';

/**
 * What stands in the container, compressed: lines of JSON. First the opening; then for each table a line that names it
 * and its rows, a JSON array of texts each; last the manifest, which tells how many rows of which digest there were.
 */
const Relation = Type.Object({ schema: Type.Enum(['public', 'hosted']), name: Type.String() });
const Columns = Type.Array(Type.String(), { minItems: 1 });

export const Opening = Type.Object({
  madeAt: Type.String(),
  program: Type.String(),
  engine: Type.Enum(['pglite', 'postgres']),
  migrations: Type.Array(Type.Object({ number: Type.Integer(), checksum: Type.String() }), { minItems: 1 }),
  nodeKey: Type.String(),
  /** Small files of the data folder that belong to the node's state. */
  files: Type.Record(Type.String(), Type.String()),
  partitions: Type.Array(Type.String()),
  hosted: Type.Array(
    Type.Object({
      physical: Type.String({ pattern: '^t_[0-9]{1,15}_[0-9a-f]{12}$' }),
      columns: Type.Array(Type.Object({ name: Type.String(), type: Type.Enum(hostedColumnTypes), comment: Type.String() })),
      indexes: Type.Array(Columns),
      notNull: Type.Array(Type.String()),
    }),
  ),
});
export type Opening = Static<typeof Opening>;

const PartHead = Type.Object({ part: Relation, columns: Columns });
export type PartHead = Static<typeof PartHead>;

const PartSum = Type.Object({ part: Relation, rows: Type.Integer(), sha256: Type.String() });
export type PartSum = Static<typeof PartSum>;
const Manifest = Type.Object({ manifest: Type.Array(PartSum) });

const openingSchema = Compile(Opening);
const partSchema = Compile(PartHead);
const manifestSchema = Compile(Manifest);

export const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** Sums one part while its rows go by. */
export class PartSums {
  #sums: { readonly part: PartHead['part']; rows: number; readonly hash: Hash }[] = [];

  begin(part: PartHead['part']): void {
    this.#sums.push({ part, rows: 0, hash: createHash('sha256') });
  }

  add(rows: number, text: string | Buffer): void {
    const sum = this.#sums.at(-1);
    if (sum === undefined) throw damaged();
    sum.rows += rows;
    sum.hash.update(text);
  }

  result(): PartSum[] {
    return this.#sums.map(({ part, rows, hash }) => ({ part, rows, sha256: hash.copy().digest('hex') }));
  }
}

export type DocumentEvent =
  | { readonly kind: 'opening'; readonly opening: Opening }
  | { readonly kind: 'part'; readonly head: PartHead }
  | { readonly kind: 'row'; readonly cells: readonly (string | null)[] }
  | { readonly kind: 'manifest'; readonly parts: readonly PartSum[] };

/** Reads a document event by event; throws `backup.damaged` unless it is whole and its sums are right. */
export async function* readDocument(plain: AsyncIterable<Buffer>): AsyncGenerator<DocumentEvent> {
  const sums = new PartSums();
  let begun = false;
  let ended = false;
  for await (const line of linesOf(inflated(plain))) {
    if (ended) throw damaged();
    const value = parsed(line);
    if (isRow(value)) {
      sums.add(1, line);
      yield { kind: 'row', cells: value };
    } else if (partSchema.Check(value) && begun) {
      sums.begin(value.part);
      yield { kind: 'part', head: value };
    } else if (manifestSchema.Check(value) && begun) {
      if (JSON.stringify(value.manifest) !== JSON.stringify(sums.result())) throw damaged();
      ended = true;
      yield { kind: 'manifest', parts: value.manifest };
    } else if (openingSchema.Check(value) && !begun) {
      begun = true;
      yield { kind: 'opening', opening: value };
    } else throw damaged();
  }
  if (!ended) throw damaged();
}

const isRow = (value: unknown): value is (string | null)[] => Array.isArray(value) && value.every((cell) => cell === null || typeof cell === 'string');

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw damaged(cause);
  }
}

async function* inflated(plain: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  pipeline(plain, gunzip, () => {}); // what fails is met where it is read
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    throw error instanceof Error && 'errno' in error ? damaged(error) : error;
  }
}

/** Lines with their line feeds; texts may hold what others take for line ends, such as U+2028. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      yield held.length === 0 ? chunk.subarray(from, end + 1) : Buffer.concat([...held, chunk.subarray(from, end + 1)]);
      held = [];
      from = end + 1;
    }
    if (from < chunk.length) held.push(chunk.subarray(from));
  }
  if (held.length > 0) throw damaged();
}
