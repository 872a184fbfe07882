import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CallEntry, CallResult } from '../modules/journal/index.ts';

/** GOV-time: 5 s is the target, 15 s the end. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

interface FaceSeries {
  readonly calls: Map<CallResult, Counter.Internal>;
  readonly rows: Counter.Internal;
  readonly bytes: Counter.Internal;
  readonly durations: Histogram.Internal<'face'>;
}

/** What Prometheus reads. Labels are closed sets: no product, subject or address, which would grow without bound. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #calls: Counter<'face' | 'result'>;
  readonly #rows: Counter<'face'>;
  readonly #bytes: Counter<'face'>;
  readonly #durations: Histogram<'face'>;
  readonly #faces = new Map<string, FaceSeries>();

  /** @param running how many calls run now */
  constructor(running: () => number) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#calls = new Counter({ name: 'lingqu_calls_total', help: 'Calls that ended, by face and result', labelNames: ['face', 'result'], registers });
    this.#rows = new Counter({ name: 'lingqu_rows_total', help: 'Rows handed over', labelNames: ['face'], registers });
    this.#bytes = new Counter({ name: 'lingqu_bytes_total', help: 'Bytes handed over, before compression', labelNames: ['face'], registers });
    this.#durations = new Histogram({ name: 'lingqu_call_seconds', help: 'Time until a call was journalled', labelNames: ['face'], buckets: seconds, registers });
    const now: Gauge = new Gauge({
      name: 'lingqu_calls_running',
      help: 'Calls running now',
      registers: [],
      collect: (): void => now.set(running()),
    });
    this.#registry.registerMetric(now);
  }

  /** Told of every record of a call; an intent is no end. */
  observe(entry: CallEntry): void {
    if (entry.phase === 'intent') return;
    const { face, result } = entry;
    const of = this.#ofFace(face);
    this.#callsOf(face, of, result).inc();
    of.rows.inc(entry.rows);
    of.bytes.inc(entry.bytes);
    of.durations.observe(entry.durationUs / 1e6);
  }

  #callsOf(face: string, { calls }: FaceSeries, result: CallResult): Counter.Internal {
    const known = calls.get(result);
    if (known !== undefined) return known;
    const made = this.#calls.labels(face, result);
    calls.set(result, made);
    return made;
  }

  /** Looking a label up costs more than counting: each face's series are kept. */
  #ofFace(face: string): FaceSeries {
    const known = this.#faces.get(face);
    if (known !== undefined) return known;
    const made = { calls: new Map(), rows: this.#rows.labels(face), bytes: this.#bytes.labels(face), durations: this.#durations.labels(face) };
    this.#faces.set(face, made);
    return made;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
