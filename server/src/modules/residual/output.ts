import { createHmac } from 'node:crypto';
import { displayZone } from '../../kernel/clock.ts';
import { readGeometry, wktOf } from '../../kernel/geojson.ts';
import type { PlanMask } from '../policy/index.ts';
import type { ReadColumn, ReadPlan, WireForm } from '../resources/index.ts';
import { floorTo } from './decimal.ts';
import type { Row } from './ports.ts';
import { toInstant, toIso, toLocal } from './zones.ts';

/** A value on its way out: masked, and in the form of its face (spec/wire-values.yaml). */
type Writer = (cell: string) => string | null;

/** A row as cells, and as one JSON object. */
export interface Output {
  cells(row: Row): (string | null)[];
  json(row: Row): string;
}

export function outputOf(plan: ReadPlan, zone: string, place: (column: string) => number): Output {
  const fields = plan.columns.map((column) => {
    const index = place(column.column);
    const write = writerOf(column, plan.maskKey, zone);
    const empty = column.mask?.kind === 'fixed' ? column.mask.value : null; // NULL stays NULL under every other mask
    const value = (row: Row): string | null => {
      const cell = row[index] ?? null;
      return cell === null ? empty : write(cell);
    };
    return { value, name: `${JSON.stringify(column.name)}:`, token: tokenOf(column.form) };
  });
  return {
    cells: (row) => fields.map(({ value }) => value(row)),
    json: (row) => {
      const members = fields.map(({ value, name, token }) => {
        const text = value(row);
        return name + (text === null ? 'null' : token(text));
      });
      return `{${members.join(',')}}`;
    },
  };
}

/** What stands in JSON for a value in its form. */
function tokenOf(form: WireForm): (text: string) => string {
  if (form === 'boolean' || form === 'json') return (text) => text;
  if (form === 'number') return (text) => (text === 'NaN' || text.endsWith('y') ? JSON.stringify(text) : text); // …Infinity is no number in JSON
  return JSON.stringify;
}

// ---- forms ----------------------------------------------------------------------------------------------------------

function formWriter({ columnType, form }: ReadColumn, zone: string): (cell: string) => string {
  if (columnType === 'geometry' && form !== 'json') return wktText;
  if (columnType !== 'timestamp' && columnType !== 'timestamptz') return (cell) => cell;
  if (form === 'datetime-iso') return columnType === 'timestamp' ? (cell) => toIso(toInstant(cell, zone)) : toIso;
  return localWriter(columnType, zone);
}

function wktText(cell: string): string {
  const geometry = readGeometry(cell);
  return geometry === undefined ? cell : wktOf(geometry);
}

/** Local time of Asia/Shanghai (decision 13). */
function localWriter(columnType: 'timestamp' | 'timestamptz', zone: string): (cell: string) => string {
  if (columnType === 'timestamptz') return (cell) => toLocal(cell, displayZone);
  return zone === displayZone ? (cell) => cell : (cell) => toLocal(toInstant(cell, zone), displayZone);
}

// ---- masks ----------------------------------------------------------------------------------------------------------

function writerOf(column: ReadColumn, key: Buffer, zone: string): Writer {
  const { mask } = column;
  if (mask === null) return formWriter(column, zone);
  const text = formWriter({ ...column, form: 'text' }, zone);
  switch (mask.kind) {
    case 'fixed':
      return () => mask.value;
    case 'partial':
      return (cell) => partial(text(cell), mask.keepStart, mask.keepEnd);
    case 'email':
      return (cell) => email(text(cell));
    case 'hash':
      return (cell) => createHmac('sha256', key).update(text(cell)).digest('hex');
    case 'number':
      return (cell) => floorTo(cell, String(mask.step));
    case 'date':
      return dateWriter(column, mask, text);
  }
}

function partial(text: string, start: number, end: number): string {
  const points = Array.from(text);
  if (points.length <= start + end) return '*'.repeat(points.length);
  return points.slice(0, start).join('') + '*'.repeat(points.length - start - end) + points.slice(points.length - end).join('');
}

function email(text: string): string {
  const at = text.indexOf('@');
  const points = Array.from(text);
  return at > 0 ? `${points[0] ?? ''}***${text.slice(at)}` : '*'.repeat(points.length);
}

const kept = { year: 4, month: 7, day: 10, hour: 13 } as const;
const rest = '-01-01 00:00:00';

/** Cuts local days and hours of Shanghai. */
function dateWriter({ columnType, form }: ReadColumn, { unit }: Extract<PlanMask, { kind: 'date' }>, local: (cell: string) => string): Writer {
  const cut = (text: string): string => {
    if (text.endsWith('y')) return text; // infinity
    const longer = text.indexOf('-') - kept.year; // the year 10000
    return text.slice(0, kept[unit] + longer) + rest.slice(kept[unit] - kept.year);
  };
  if (columnType === 'date') return (cell) => (cell.endsWith('y') ? cell : cut(cell).slice(0, 10));
  return form === 'datetime-iso' ? (cell) => toIso(toInstant(cut(local(cell)), displayZone)) : (cell) => cut(local(cell));
}
