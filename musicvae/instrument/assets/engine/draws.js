// Random numbers from a seed: the same seed gives the same music in every browser.

/** The generator sfc32 (Doty-Humphrey 2018), which passes PractRand. */
export class Draws {
  constructor(seed) {
    this.state = new Uint32Array([0x9e3779b9, 0x243f6a88, seed, 1]);
    for (let n = 0; n < 16; n += 1) this.word();
  }

  /** A whole number, 0 to 2³² - 1. */
  word() {
    const [a, b, c, counter] = this.state;
    const drawn = (a + b + counter) >>> 0;
    this.state[3] = counter + 1;
    this.state[0] = b ^ (b >>> 9);
    this.state[1] = c + (c << 3);
    this.state[2] = ((c << 21) | (c >>> 11)) + drawn;
    return drawn;
  }

  /** Uniform above 0 and below 1. */
  uniform() {
    return (this.word() + 0.5) / 2 ** 32;
  }

  /** A whole number, 0 to `below` - 1. */
  integer(below) {
    return Math.floor(this.uniform() * below);
  }

  exponential() {
    return -Math.log(this.uniform());
  }

  normal() {
    return Math.sqrt(2 * this.exponential()) * Math.cos(2 * Math.PI * this.uniform());
  }
}
