import { authorizationOf, baseOf, type ClientOptions } from './client.ts';
import { LingquProblem, problemOf, unreachable } from './problem.ts';
import type { components, operations } from './schema.d.ts';

export type ImportQuery = operations['importTable']['parameters']['query'];
export type ImportReport = components['schemas']['ImportReport'];

/** How an import goes on: what the node does now, and with how many rows so far. */
export interface ImportStep {
  readonly step: string;
  readonly rows: number;
}

const fileTypes = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const satisfies Record<ImportReport['format'], string>;

export interface ImportFile {
  readonly format: ImportReport['format'];
  readonly content: NonNullable<RequestInit['body']>;
}

/** A line that the node says while it imports. */
type Line = Partial<ImportStep> & { readonly report?: ImportReport; readonly problem?: components['schemas']['Problem'] };

/**
 * Imports a file as a table that the node keeps. The node tells how it goes on: a long import would else be silent
 * for longer than a client waits. Throws `LingquProblem`; `import.cut` says that the outcome is unknown.
 */
export async function importTable(options: ClientOptions, query: ImportQuery, { format, content }: ImportFile, told: (step: ImportStep) => void = () => {}): Promise<ImportReport> {
  const url = new URL(`${baseOf(options.url)}/api/v1/imports`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const headers = { ...authorizationOf(options), 'content-type': fileTypes[format], accept: 'application/x-ndjson' };
  const request: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: content, duplex: 'half', redirect: 'error' };
  try {
    const response = await fetch(url, request);
    if (!response.ok) throw await problemOf(response);
    for await (const line of linesOf(response)) {
      if (line.problem !== undefined) throw new LingquProblem(line.problem);
      if (line.report !== undefined) return line.report;
      told({ step: line.step ?? '', rows: line.rows ?? 0 });
    }
  } catch (error) {
    throw error instanceof LingquProblem ? error : unreachable(options.url, error);
  }
  throw new LingquProblem({ code: 'import.cut', status: 0, detail: '连接中断，导入结果未知，请查看数据表 (the connection was cut and the outcome is unknown: look at the table)' });
}

async function* linesOf(response: Response): AsyncGenerator<Line> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
}
