import { DomainError } from '../../kernel/errors.ts';
import type { HostedColumn, ImportedFile } from '../../modules/resources/index.ts';

/** A value with the type that the file itself gives it, in the form that `declaredValue` reads. */
export interface TypedCell {
  readonly type: HostedColumn['type'];
  readonly text: string;
}

/** A cell that no value can be made of, and why. */
export interface FaultyCell {
  readonly fault: string;
}

/** Null is empty; a string is text that shows its type by its looks alone. */
export type FileCell = string | null | TypedCell | FaultyCell;

export interface FileRow {
  /** From 1, as the file's own reader counts. */
  readonly row: number;
  /** One a column of the header; beyond these only faulty ones. */
  readonly cells: readonly FileCell[];
  /** What is wrong with the row as a whole. */
  readonly fault?: string;
}

/** A file on its way into a hosted table, whatever its format: it lies on disk and can be read more than once. */
export interface TableFile {
  readonly told: ImportedFile;
  readonly header: readonly string[];
  /** The rows below the header, from the first one at each call; rows without any value are left out. */
  rows(): AsyncIterable<FileRow>;
  /** The address of a cell, where the format has addresses, else empty; columns count from 0. */
  addressOf(row: number, column: number): string;
  close(): Promise<void>;
}

export const isFaulty = (cell: FileCell): cell is FaultyCell => cell !== null && typeof cell === 'object' && 'fault' in cell;

export const fault = (code: string, message: string, details: Record<string, string | number | string[]> = {}, cause?: unknown): DomainError =>
  new DomainError('invalid-definition', code, message, { details, cause });
