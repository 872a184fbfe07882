import { Agent, request } from 'node:http';

/** The body of one GET; throws for any status but 200. */
export function get(url: string, headers: Readonly<Record<string, string>>, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers, ...(agent === undefined ? {} : { agent }) }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(pieces).toString('utf8');
        if (answer.statusCode === 200) resolve(body);
        else reject(new Error(`status ${answer.statusCode}: ${body.slice(0, 200)}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
}

/** Sends `count` equal calls, `concurrency` at a time. */
export async function load(url: string, headers: Readonly<Record<string, string>>, count: number, concurrency: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await get(url, headers, agent);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  agent.destroy();
}
