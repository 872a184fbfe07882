/** The longest text of a cell in this format; more is no XLSX that any other program opens. */
export const MAX_TEXT = 32_767;

/**
 * The text of a string item (`si`, `is`): its runs joined, without the phonetic ones. It keeps one character too many of
 * what is too long, for others to see that it is.
 */
export class TextItem {
  #text = '';
  #phonetic = false;
  #listening = false;

  open(name: string): void {
    if (name === 'rPh') this.#phonetic = true;
    else if (name === 't') this.#listening = !this.#phonetic;
  }

  text(text: string): void {
    if (this.#listening && this.#text.length <= MAX_TEXT) this.#text += text;
  }

  close(name: string): void {
    if (name === 'rPh') this.#phonetic = false;
    else if (name === 't') this.#listening = false;
  }

  take(): string {
    const text = unescaped(this.#text).slice(0, MAX_TEXT + 1);
    this.#text = '';
    return text;
  }
}

/** ST_Xstring: characters that XML cannot carry are written `_x000D_`. */
export const unescaped = (text: string): string => (text.includes('_x') ? text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text);
