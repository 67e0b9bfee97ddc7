// Brings a voice to a higher sample rate: a windowed sinc for each phase, as in
// musicvae/live/resampling.py, of which it is the rising half.

/** Input samples on each side of an output sample; Kaiser's parameter; the edge of the band. */
const [HALF, BETA, EDGE] = [24, 8, 0.94];
const TAPS = 2 * HALF;

export class Resampler {
  /** @param {number} from, @param {number} to rates in Hz, the second one not lower */
  constructor(from, to, channels) {
    const common = divisor(from, to);
    Object.assign(this, { up: to / common, down: from / common, channels, next: 0 });
    this.table = filters(this.up);
    this.past = new Float32Array(TAPS * channels);
  }

  /** In input samples. */
  get delay() {
    return HALF;
  }

  /** The sound of the next block, channels interleaved. */
  push(block) {
    const { channels, up, down, table } = this;
    const size = block.length / channels;
    const heard = new Float32Array(this.past.length + block.length);
    heard.set(this.past);
    heard.set(block, this.past.length);
    const count = Math.max(0, Math.ceil(((size - HALF) * up - this.next) / down));
    const out = new Float32Array(count * channels);
    for (let n = 0; n < count; n += 1) {
      const moment = this.next + n * down;
      const first = Math.floor(moment / up) + HALF + 1;
      const row = (moment - Math.floor(moment / up) * up) * TAPS;
      for (let c = 0; c < channels; c += 1) {
        let sum = 0;
        for (let t = 0; t < TAPS; t += 1) sum += table[row + t] * heard[(first + t) * channels + c];
        out[n * channels + c] = sum;
      }
    }
    this.past = heard.slice(-this.past.length);
    this.next += count * down - size * up;
    return out;
  }
}

function divisor(one, other) {
  return other ? divisor(other, one % other) : one;
}

/** The filters of all phases, one after the other; each sums to 1. */
function filters(phases) {
  const table = new Float32Array(phases * TAPS);
  for (let phase = 0; phase < phases; phase += 1) {
    const row = Array.from({ length: TAPS }, (_, tap) => {
      const place = tap - HALF + 1 - phase / phases;
      const inside = Math.sqrt(Math.max(0, 1 - (place / HALF) ** 2));
      return sinc(place * EDGE) * bessel(BETA * inside);
    });
    const sum = row.reduce((all, one) => all + one, 0);
    row.forEach((one, tap) => (table[phase * TAPS + tap] = one / sum));
  }
  return table;
}

const sinc = (x) => (x ? Math.sin(Math.PI * x) / (Math.PI * x) : 1);

/** The modified Bessel function I₀, by its series. */
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k += 1) sum += term *= (x / 2 / k) ** 2;
  return sum;
}
