/** Measures the way to the kernel and back, and whether padded answers come sooner. */

export const PROBES = 5;
export const PROBE_LIMIT_MS = 1000;
/** An empty round trip slower than this may be held back by the network. */
export const SLOW_MS = 25;
/** Padding is worth it if it cuts the round trip to under this part. */
export const WORTH = 0.6;

export interface ProbeResult {
  /** Median time to the kernel and back, in milliseconds, the way answers will come. */
  readonly roundTrip: number;
  readonly padded: boolean;
}

/**
 * Measure empty and padded round trips one after another.
 *
 * `echo` resolves to the milliseconds it took, or to null if no answer came in time; then there is no result.
 */
export async function measure(
  echo: (padded: boolean) => Promise<number | null>,
  loopback: boolean,
): Promise<ProbeResult | null> {
  const times: Record<"empty" | "padded", number[]> = { empty: [], padded: [] };
  for (let i = 0; i < PROBES; i++) {
    for (const kind of ["empty", "padded"] as const) {
      const took = await echo(kind === "padded");
      if (took === null) return null;
      times[kind].push(took);
    }
  }
  const [empty, filled] = [median(times.empty), median(times.padded)];
  // Held-back answers come by fits and starts: one slow one of five tells as much as five.
  const slowest = Math.max(...times.empty);
  const padded = loopback && slowest > SLOW_MS && filled < WORTH * slowest;
  return { roundTrip: padded ? filled : empty, padded };
}

export interface EchoHost {
  now(): number;
  /** Call back after some milliseconds; the result cancels. */
  after(ms: number, callback: () => void): () => void;
  /** Ask the kernel for an empty answer; gives the number that it carries. */
  ask(padded: boolean): number;
}

/** One empty answer of the kernel at a time. */
export class Echo {
  #answered: ((seq: number) => void) | null = null;
  #cancel = () => {};

  constructor(private readonly host: EchoHost) {}

  /** Resolve to the milliseconds that the answer took, or to null if it did not come in time. */
  ask(padded: boolean): Promise<number | null> {
    const sentAt = this.host.now();
    return new Promise((resolve) => {
      const finish = (took: number | null) => {
        this.stop();
        resolve(took);
      };
      this.#cancel = this.host.after(PROBE_LIMIT_MS, () => finish(null));
      const seq = this.host.ask(padded);
      this.#answered = (answered) => {
        if (answered === seq) finish(this.host.now() - sentAt);
      };
    });
  }

  receive(seq: number): void {
    this.#answered?.(seq);
  }

  /** Wait for nothing any more. */
  stop(): void {
    this.#cancel();
    this.#answered = null;
  }
}

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || /^127(\.\d+){3}$/.test(hostname) || /^\[?::1\]?$/.test(hostname);
}

/** Middle value; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
