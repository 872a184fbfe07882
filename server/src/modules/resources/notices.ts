import { DomainError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Transaction } from '../../storage/database.ts';
import type { Notice } from './model.ts';
import { markSeen } from './store-notices.ts';

/** Marks a notice as seen; `ownerId` narrows to notices about what this user added. Throws `notice.unknown`. */
export async function seeNotice(tx: Transaction, ownerId: string | undefined, id: string): Promise<Notice> {
  const notice = isId(id) ? await markSeen(tx, ownerId ?? null, id) : undefined;
  if (notice === undefined) throw new DomainError('not-found', 'notice.unknown', `没有通知 ${id} (no such notice)`);
  return notice;
}
