const rule = '═'.repeat(80);

/** For what must not be overlooked in a long report. */
export function banner(lines: readonly string[]): void {
  console.log(['', rule, ...lines.map((line) => ` ${line}`.trimEnd()), rule, ''].join('\n'));
}
