/** Prints figures, holds claims, and ends the process with what became of them. */
export class Report {
  #failed = 0;

  /** One line of measured figures. */
  say(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** A claim with the figures that it is held against. */
  claim(holds: boolean, text: string): void {
    if (!holds) this.#failed += 1;
    this.say(`${holds ? 'holds' : 'FAILS'}  ${text}`);
  }

  /** Sets the exit code: 0 when every claim held. */
  end(): void {
    this.say(this.#failed === 0 ? 'All claims hold.' : `${this.#failed} claims do not hold.`);
    process.exitCode = this.#failed === 0 ? 0 : 1;
  }
}
