import { setTimeout as pause } from 'node:timers/promises';

/** Waits until something holds, looking often; fails by its name when it does not within 20 seconds. */
export async function waitUntil(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await pause(25);
  }
}
