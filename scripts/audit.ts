/**
 * `npm run audit`: no dependency may have a known vulnerability of medium severity or higher.
 * Not every registry answers such questions: where this one does not, we say so and pass.
 */
import { execFile } from 'node:child_process';
import { banner } from './banner.ts';

const blocking: ReadonlySet<string> = new Set(['moderate', 'high', 'critical']);

interface Vulnerability {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
}

/** What `npm audit --json` prints: a report, or why there is none. */
interface Report {
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>;
  readonly message?: string;
  readonly statusCode?: number;
}

process.exitCode = judge(await audit()) ? 0 : 1;

async function audit(): Promise<Report> {
  const stdout = await new Promise<string>((resolve) => {
    // npm exits with 1 on any finding; the report tells the cases apart.
    execFile('npm', ['audit', '--json'], { maxBuffer: 1 << 28 }, (_error, printed) => resolve(printed));
  });
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    return { message: 'npm audit printed no report' };
  }
}

function judge(report: Report): boolean {
  if (report.vulnerabilities === undefined) return excuse(report);
  const found = Object.values(report.vulnerabilities);
  const serious = found.filter(({ severity }) => blocking.has(severity));
  for (const { name, severity, range } of found) console.error(`${severity}: ${name} ${range}`);
  console.log(`${found.length} known vulnerabilities, ${serious.length} of medium severity or higher.`);
  return serious.length === 0;
}

/** A registry that refuses the question cannot be asked; any other failure is one of ours. */
function excuse({ message, statusCode = 0 }: Report): boolean {
  const refused = (statusCode >= 400 && statusCode < 500) || statusCode === 501;
  const reason = refused ? 'The registry offers no advisories' : 'The registry could not be asked';
  banner(['NO VULNERABILITY AUDIT WAS MADE', '', `${reason}: ${withoutAddress(message)}`]);
  return refused;
}

/** The registry's address is the machine's affair and may hold a token. */
function withoutAddress(message = 'no reason given'): string {
  return message.replaceAll(/(- POST )?https?:\/\/\S+/g, '').trim();
}
