/**
 * The normal numbers of a seed, as PyTorch draws them on the CPU: the same seed is the same picture in Python.
 *
 * Source: Matsumoto & Nishimura 1998 (MT19937) and Box & Muller 1958, in the order in which PyTorch does them.
 */

const WORDS = 624;
const AHEAD = 397;
/** From so many numbers on, PyTorch draws them sixteen at a time. */
const BLOCK = 16;

/** The generator of random bits MT19937. */
class Twister {
  readonly #state = new Uint32Array(WORDS);
  #next = WORDS;

  constructor(seed: number) {
    let last = seed >>> 0;
    this.#state[0] = last;
    for (let n = 1; n < WORDS; n++) {
      last = (Math.imul(1812433253, last ^ (last >>> 30)) + n) >>> 0;
      this.#state[n] = last;
    }
  }

  /** 32 random bits. */
  bits(): number {
    if (this.#next >= WORDS) this.#twist();
    let word = this.#state[this.#next++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** A number from 0 to 1 of 24 bits. */
  single(): number {
    return (this.bits() & 0xffffff) / 2 ** 24;
  }

  /** A number from 0 to 1 of 53 bits. */
  double(): number {
    const high = this.bits() & 0x1fffff;
    return (high * 2 ** 32 + this.bits()) / 2 ** 53;
  }

  #twist(): void {
    const state = this.#state;
    for (let n = 0; n < WORDS; n++) {
      const word = ((state[n] ?? 0) & 0x80000000) | ((state[(n + 1) % WORDS] ?? 0) & 0x7fffffff);
      state[n] = (state[(n + AHEAD) % WORDS] ?? 0) ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** `count` normal numbers of a seed of 32 bits: `torch.randn(count, generator=Generator().manual_seed(seed))`. */
export function normal(seed: number, count: number): Float32Array {
  const twister = new Twister(seed);
  const found = new Float32Array(count);
  if (count < BLOCK) {
    for (let n = 0; n < count; n += 2) {
      const [turn, far] = [2 * Math.PI * twister.double(), Math.sqrt(-2 * Math.log1p(-twister.double()))];
      found[n] = far * Math.cos(turn);
      if (n + 1 < count) found[n + 1] = far * Math.sin(turn);
    }
    return found;
  }
  for (let n = 0; n < count; n++) found[n] = twister.single();
  for (let n = 0; n + BLOCK <= count; n += BLOCK) spread(found.subarray(n, n + BLOCK));
  if (count % BLOCK) {
    const last = found.subarray(count - BLOCK);
    for (let n = 0; n < BLOCK; n++) last[n] = twister.single();
    spread(last);
  }
  return found;
}

/** Turn sixteen numbers from 0 to 1 into normal ones. */
function spread(block: Float32Array): void {
  const half = BLOCK / 2;
  for (let n = 0; n < half; n++) {
    const far = Math.sqrt(-2 * Math.log(1 - (block[n] ?? 0)));
    const turn = 2 * Math.PI * (block[n + half] ?? 0);
    block[n] = far * Math.cos(turn);
    block[n + half] = far * Math.sin(turn);
  }
}
