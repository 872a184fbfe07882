import { fault } from '../table-file.ts';
import { addressOf, placeOf } from './addresses.ts';
import { damaged } from './package.ts';

/** A sheet with more is no table. */
const MAX_RANGES = 1_000;
/** Longer than any tag of a merged range. */
const TAG_CHARACTERS = 1_000;

const tags = /<(?:[^\s<>/]+:)?mergeCell(?=[\s/>])[^<>]*>/g;
const opening = /^<(?:[^\s<>/]+:)?mergeCell\s/;
/** As XML may write one: in either quotes, with blanks around the sign. */
const reference = /\sref\s*=\s*(["'])\s*([^"']*?)\s*\1/;

export interface MergedRange {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * The merged ranges of a sheet. They are written below its rows, and must be known above them: so the part is looked
 * through for their tags alone, which is far faster than to read it as XML. In text `<` is never written as itself, save
 * in CDATA, which no program that makes sheets writes: the worst of it would be a cell told to be merged.
 */
export async function mergedRanges(bytes: AsyncIterable<Buffer>): Promise<MergedRange[]> {
  const found: MergedRange[] = [];
  let rest = '';
  for await (const chunk of bytes) {
    const text = rest + chunk.toString('latin1');
    const last = text.lastIndexOf('<');
    rest = last < 0 ? '' : text.slice(last);
    if (text.includes('mergeCell')) for (const [tag] of text.slice(0, text.length - rest.length).matchAll(tags)) found.push(rangeOf(tag));
    if (rest.length > TAG_CHARACTERS && opening.test(rest)) throw damaged('有的合并单元格过长 (a merged range is too long)');
    if (rest.length > TAG_CHARACTERS) rest = '';
    if (found.length > MAX_RANGES) throw fault('xlsx.merged', `工作表有超过 ${MAX_RANGES} 处合并单元格，请取消合并并逐格填写 (more than ${MAX_RANGES} merged ranges: unmerge and fill them)`);
  }
  if (found.some((one, index) => found.slice(index + 1).some((other) => overlap(one, other)))) throw damaged('有的合并单元格互相重叠 (merged ranges overlap)');
  return found.toSorted((one, other) => one.top - other.top);
}

/** No program merges a cell twice; a thousand ranges over the whole sheet would have every cell of it covered a thousand times. */
const overlap = (one: MergedRange, other: MergedRange): boolean => one.top <= other.bottom && other.top <= one.bottom && one.left <= other.right && other.left <= one.right;

/** What has no place would be a merged range that nobody sees. */
function rangeOf(tag: string): MergedRange {
  const places = (reference.exec(tag)?.[2] ?? '').split(':').map(placeOf);
  const [from, to] = [places[0], places.at(-1)];
  if (from === undefined || to === undefined || from.row > to.row || from.column > to.column) throw damaged('有的合并单元格没有可读的位置 (a merged range has no place that can be read)');
  return { top: from.row, bottom: to.row, left: from.column, right: to.column };
}

export const nameOf = ({ top, bottom, left, right }: MergedRange): string => `${addressOf(top, left)}:${addressOf(bottom, right)}`;

/** Follows the rows downwards, and knows which ranges reach into each. */
export class MergedCells {
  readonly #ranges: readonly MergedRange[];
  #next = 0;
  #open: readonly MergedRange[] = [];

  constructor(ranges: readonly MergedRange[]) {
    this.#ranges = ranges;
  }

  at(row: number): readonly MergedRange[] {
    if (this.#open.length === 0 && (this.#ranges[this.#next]?.top ?? Number.POSITIVE_INFINITY) > row) return this.#open;
    let range = this.#ranges[this.#next];
    const begun: MergedRange[] = [];
    while (range !== undefined && range.top <= row) {
      begun.push(range);
      this.#next += 1;
      range = this.#ranges[this.#next];
    }
    this.#open = [...this.#open, ...begun].filter(({ bottom }) => bottom >= row);
    return this.#open;
  }
}
