import { checkPassphrase, dump, filesOf } from '../backup/index.ts';
import type { BackupControl } from '../http/management/backup.ts';
import type { Storage } from '../storage/open.ts';

/** Back-ups of the running node. */
export const backupControl = ({ database, key }: Storage, folder: string, program: string): BackupControl => ({
  checkPassphrase,
  open: async (passphrase) => dump({ database, key, program, files: await filesOf(folder) }, passphrase),
});
