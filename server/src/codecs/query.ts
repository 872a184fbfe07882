import { isUtf8 } from 'node:buffer';
import { DomainError } from '../kernel/errors.ts';
import { badEncoding, gatherParameters, shortened, type KnownNames, type Parameters } from './parameters.ts';

/** Bounds of a query string. */
export const maxQueryBytes = 16 * 1024;
export const maxQueryParameters = 100;

export interface QueryOptions {
  /** Names are read in any case, and given back as written here. */
  readonly known: KnownNames;
  /**
   * For SEA, whose own example URLs have them (tables 1 and 2, decision 25): blanks round names and values are cut off,
   * one unencoded `=` too many after a value is ignored (`start_time=20220901=`), and a `=` that slipped behind its
   * value (`start_time20220901=`) is read as if it stood before it, where a known name is followed by a time.
   */
  readonly tolerant?: boolean;
}

/** What stands after the first `?` of a request's target, undecoded. */
export function rawQueryOf(target: string): string {
  const start = target.indexOf('?');
  return start === -1 ? '' : target.slice(start + 1);
}

/**
 * Reads a percent-encoded query string; `+` is a blank. Bytes beyond ASCII that a caller left unencoded never come so
 * far: node:http refuses them.
 *
 * @throws DomainError `malformed-request` (bad UTF-8, a name twice, a value without name) or `too-large`
 */
export function parseQuery(raw: string, { known, tolerant = false }: QueryOptions): Parameters {
  if (raw.length > maxQueryBytes) throw tooLarge(`长度 (length)`, maxQueryBytes);
  const pieces = raw.split('&', maxQueryParameters + 1);
  if (pieces.length > maxQueryParameters) throw tooLarge('参数个数 (number of parameters)', maxQueryParameters);
  const pairs: (readonly [string, string])[] = [];
  for (const piece of pieces) {
    const pair = tolerant ? tolerantPair(piece, known) : strictPair(piece);
    if (pair !== null) pairs.push(pair);
  }
  return gatherParameters(pairs, known);
}

/** Reads a form (`application/x-www-form-urlencoded`), within the bounds of a query. Throws as `parseQuery`. */
export function parseForm(body: Buffer, known: KnownNames): Parameters {
  if (!isUtf8(body)) throw badEncoding();
  return parseQuery(body.toString('utf8'), { known });
}

function strictPair(piece: string): readonly [string, string] | null {
  if (piece === '') return null;
  const [name, value] = split(piece);
  if (name === '') throw nameless(value);
  return [decode(name), decode(value)];
}

function tolerantPair(piece: string, known: KnownNames): readonly [string, string] | null {
  const [rawName, rawValue] = split(piece);
  const name = decode(rawName).trim();
  const value = decode(withoutStrayEquals(rawValue)).trim();
  if (name === '' && value === '') return null;
  if (name === '') throw nameless(value);
  return value === '' ? (slippedEquals(name, known) ?? [name, value]) : [name, value];
}

function split(piece: string): readonly [string, string] {
  const at = piece.indexOf('=');
  return at === -1 ? [piece, ''] : [piece.slice(0, at), piece.slice(at + 1)];
}

/** Only an unencoded `=` is stray: a caller that means one at the end of a value encodes it as %3D. */
const withoutStrayEquals = (raw: string): string => raw.replace(/=(?=(?:\s|\+|%20)*$)/, '');

/** A day or a time, digits first. */
const timeLike = /^\s*\d[\d:.TZ/+ -]*$/i;

function slippedEquals(text: string, known: KnownNames): readonly [string, string] | null {
  const lower = text.toLowerCase();
  if (known.has(lower)) return null;
  let longest = '';
  for (const key of known.keys()) {
    if (key.length > longest.length && lower.startsWith(key) && timeLike.test(text.slice(key.length))) longest = key;
  }
  return longest === '' ? null : [text.slice(0, longest.length), text.slice(longest.length).trim()];
}

const needsDecoding = /[%+]/;

function decode(raw: string): string {
  if (!needsDecoding.test(raw)) return raw;
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch (error) {
    throw badEncoding(error);
  }
}

const nameless = (value: string): DomainError =>
  new DomainError('malformed-request', 'request.parameter.nameless', `参数值 ${shortened(value)} 没有参数名 (a value without a name: write name=value)`);

const tooLarge = (what: string, limit: number): DomainError =>
  new DomainError('too-large', 'request.query.too-large', `查询串或表单超出上限：${what} 最多 ${limit} (the query string or form is over its bound)`, { details: { limit } });
