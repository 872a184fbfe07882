#!/usr/bin/env node
/**
 * The door of the command. It runs on whatever Node the machine has; Lingqu itself needs 24. Where that is missing, the
 * `node` package has brought one, and this file runs again under it.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// From 24.3 on Node runs TypeScript without a warning.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 24 || (major === 24 && minor >= 3)) await import('../src/main.ts');
else again();

function again() {
  const node = path.join(path.dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const self = fileURLToPath(import.meta.url);
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', self, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.once('error', (error) => {
    process.stderr.write(`需要 Node.js 24：${error.message}。请先执行 npm ci (needs Node.js 24: run npm ci first)\n`);
    process.exit(1);
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // A terminal gives Ctrl-C to both of us; handed on, the child would count it twice.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
