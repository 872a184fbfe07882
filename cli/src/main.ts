import { run } from './program.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// The node's own program is loaded by the commands that need it, and by nobody else.
process.exitCode = await run(process.argv.slice(2), process, {
  serve: async () => (await import('@lingqu/server/main')).serve(),
  backup: async (task) => (await import('@lingqu/server/backup')).backup(task),
  restore: async (task) => (await import('@lingqu/server/backup')).restore(task),
  keepBackup: async (content, file, passphrase) => (await import('@lingqu/server/backup')).keepBackup(content, file, passphrase),
});
