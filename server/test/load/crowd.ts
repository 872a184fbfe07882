import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const memberFile = new URL('./crowd-process.ts', import.meta.url).pathname;

export interface CrowdOrder {
  /** Begins every request ID. */
  readonly name: string;
  readonly callers: number;
  /** Callers are dealt out to these in turn. */
  readonly urls: readonly string[];
  readonly appkey: string;
}

export interface CrowdOutcome {
  readonly answers: readonly { readonly requestId: string; readonly url: string; readonly answer: string }[];
}

/** Callers in several processes, all connected; `go` lets them ask at one time. */
export interface Crowd {
  go(): Promise<CrowdOutcome>;
}

export async function gather(order: CrowdOrder, processes: number): Promise<Crowd> {
  const each = order.callers / processes;
  const members = await Promise.all(
    Array.from({ length: processes }, (_, index) => startMember({ ...order, name: `${order.name}-${index}`, callers: Math.floor((index + 1) * each) - Math.floor(index * each) })),
  );
  return {
    go: async () => {
      for (const { child } of members) child.stdin?.write('go\n');
      const outcomes = await Promise.all(members.map((member) => member.outcome()));
      return { answers: outcomes.flatMap(({ answers }) => answers) };
    },
  };
}

async function startMember(order: CrowdOrder): Promise<{ child: ChildProcess; outcome(): Promise<CrowdOutcome> }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', memberFile, JSON.stringify(order)], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new TypeError('the process was started with a pipe');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value } = (await lines.next()) as { value: string | undefined };
    if (value === undefined) throw new Error('a process of callers ended without a word');
    return value;
  };
  await line();
  return { child, outcome: async () => JSON.parse(await line()) as CrowdOutcome };
}
