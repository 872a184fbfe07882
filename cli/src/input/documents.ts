import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { CommandFailure, usageFailure } from '../failure.ts';
import type { Say } from '../language.ts';

export type Document = Readonly<Record<string, unknown>>;

/** A YAML or JSON file that holds one object. */
export async function documentFile(path: string, say: Say): Promise<Document> {
  return documentOf(await textFile(path, say), path, say);
}

export async function textFile(path: string, say: Say): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandFailure('cli.file', say(`读不到文件 ${path}`, `cannot read ${path}`), { cause: error });
  });
}

/** A YAML or JSON text that is one object; `where` names it in errors. */
export function documentOf(text: string, where: string, say: Say): Document {
  try {
    const value: unknown = parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw usageFailure(say(`${where} 不是有效的 YAML 或 JSON：${error instanceof Error ? error.message : ''}`, `${where} is neither YAML nor JSON: ${error instanceof Error ? error.message : ''}`));
  }
  throw usageFailure(say(`${where} 应为一个对象`, `${where} must be one object`));
}
