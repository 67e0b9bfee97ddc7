// Gain and limiter, as of musicvae live: samples above the knee are bent, none reaches the ceiling.

const [CEILING, KNEE] = [10 ** (-0.1 / 20), 10 ** (-3 / 20)];
const ROOM = CEILING - KNEE;
const SILENCE = -96;

export const amplitude = (db) => (db <= SILENCE ? 0 : 10 ** (db / 20));

/** Bring a block from one gain to another, and limit it, in place; returns its peak in dB. */
export function mix(block, channels, from, to) {
  const count = block.length / channels;
  let peak = 0;
  for (let n = 0; n < block.length; n += 1) {
    const share = (Math.floor(n / channels) + 1) / count;
    const sample = block[n] * (from + (to - from) * share);
    const excess = Math.max(0, Math.abs(sample) - KNEE);
    const bent = Math.min(Math.abs(sample), KNEE) + (ROOM * excess) / (excess + ROOM);
    peak = Math.max(peak, bent);
    block[n] = Math.sign(sample) * bent;
  }
  return 20 * Math.log10(Math.max(peak, 1e-5));
}
