import { createClient, type Client } from '@lingqu/client';
import { findNode, type Place, type PlaceOptions } from './connection/find-node.ts';
import { StandardInput } from './input/secrets.ts';
import { languageOf, sayIn, type Environment, type Say } from './language.ts';
import { Output } from './output/output.ts';

/** What every command stands on. */
export interface Context {
  readonly env: Environment;
  readonly say: Say;
  readonly out: Output;
  readonly input: StandardInput;
  /** `--url`, `--token-file`, `--data`, once the command line is read. */
  readonly options: () => PlaceOptions;
  readonly place: () => Promise<Place>;
  readonly client: () => Promise<Client>;
}

export function contextOf(args: readonly string[], streams: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>, options: () => PlaceOptions): Context {
  const { env, stdin, stdout, stderr } = streams;
  const say = sayIn(languageOf(args, env));
  const place = (): Promise<Place> => findNode(options(), env, say);
  return {
    env,
    say,
    out: new Output(args.includes('--json'), stdout, stderr),
    input: new StandardInput(stdin, stderr, say),
    options,
    place,
    client: async () => createClient(await place()),
  };
}
