import { globSync } from 'node:fs';

/** Folders that hold no tests of ours: what npm installed, and a node's data. */
const foreign = new Set(['node_modules', 'data', 'coverage', '.git']);

/** Every test file of the project, in one order everywhere, with forward slashes. */
export function testFiles(root = process.cwd()): string[] {
  return globSync('**/*.test.ts', { cwd: root, exclude: (name) => foreign.has(name) })
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();
}

/** End-to-end: the test speaks to a started node over a socket, or runs a real command. */
export function isEndToEnd(file: string): boolean {
  return file.endsWith('.e2e.test.ts');
}
