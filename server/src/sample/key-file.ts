import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const FILE = 'sample.json';

const SampleKey = Type.Object({ product: Type.String(), appkey: Type.String() });
export type SampleKey = Static<typeof SampleKey>;
const schema = Compile(SampleKey);

/** Bearer keys are shown once; this one, which opens public data only, lies in the data folder for whoever tries the node. */
export async function writeKeyFile(folder: string, key: SampleKey): Promise<void> {
  const draft = join(folder, `${FILE}.${process.pid}`);
  await writeFile(draft, `${JSON.stringify(key)}\n`, { mode: 0o600 });
  await rename(draft, join(folder, FILE));
}

/** Undefined where there is none, or none that can be read. */
export async function readKeyFile(folder: string): Promise<SampleKey | undefined> {
  try {
    const key: unknown = JSON.parse(await readFile(join(folder, FILE), 'utf8'));
    return schema.Check(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

export const removeKeyFile = (folder: string): Promise<void> => rm(join(folder, FILE), { force: true });
