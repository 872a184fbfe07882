/** The last row and column that the format has. */
export const MAX_ROW = 1_048_576;
export const MAX_COLUMN = 16_384;

/** The column and row of an address like `C12`, the column from 0; undefined for what is none. */
export function placeOf(address: string): { readonly row: number; readonly column: number } | undefined {
  const parts = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(address);
  if (parts === null) return undefined;
  let column = 0;
  for (const letter of parts[1] ?? '') column = column * 26 + letter.charCodeAt(0) - 64;
  const row = Number(parts[2]);
  return row >= 1 && row <= MAX_ROW && column <= MAX_COLUMN ? { row, column: column - 1 } : undefined;
}

export function addressOf(row: number, column: number): string {
  let letters = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  return `${letters}${row}`;
}
