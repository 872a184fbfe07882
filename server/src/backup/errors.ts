import { DomainError } from '../kernel/errors.ts';

/** Cut, changed, or not what it says: never restored, not even in part. */
export const damaged = (cause?: unknown): DomainError =>
  new DomainError('malformed-request', 'backup.damaged', '备份文件不完整或被改动，未作任何更改 (the back-up is cut or was changed: nothing was done)', { cause });
