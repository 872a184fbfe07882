import type { Queryable } from '../../storage/database.ts';

/**
 * The identifier of the subject that last had this name, as the records of its calls and of what was done to it tell:
 * that of one that has been removed, too.
 */
export async function subjectByName(on: Queryable, name: string): Promise<string | undefined> {
  const named = JSON.stringify({ subject: name });
  const [row] = await on.query<{ id: string }>(
    `SELECT subject_id AS id FROM journal
     WHERE subject_id <> '' AND (stream = 'business' AND actor = $1 OR stream = 'operation' AND (details = $2 OR starts_with(details, $3)))
     ORDER BY at DESC LIMIT 1`,
    [name, named, `${named.slice(0, -1)},`],
  );
  return row?.id;
}
