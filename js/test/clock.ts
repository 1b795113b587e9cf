/** A clock that a test sets; timers that are due are called in order. */

export class Clock {
  time = 0;
  timers: { due: number; callback: () => void }[] = [];

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.time + ms, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.time = Math.max(this.time, next.due);
      this.timers = this.timers.filter((other) => other !== next);
      next.callback();
    }
    this.time = end;
  }
}
