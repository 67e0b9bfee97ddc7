// How a value becomes a place on a fader, and a text. No DOM.

// Where the whole range of an address is far more than a hand needs: what a fader shows of it.
// The curve gives more room to small values.
const SHOWN = [
  [/\/glide(\/once)?$/, { low: 0, high: 10_000, curve: 3 }],
  [/\/walk$/, { low: 0, high: 8, curve: 3 }],
  [/\/gain$/, { low: -60, high: 12, bottom: -96 }],
  [/\/attr\//, { low: -3, high: 3 }],
  [/\/continuity$/, { curve: 2 }],
  [/\/latent\/clamp$/, { low: -8, high: 8 }],
];

/** The scale of an argument of an address, from its OSCQuery node. */
export function scaleOf(path, node, index = 0) {
  const range = node.RANGE?.[index] ?? {};
  const shown = SHOWN.find(([pattern]) => pattern.test(path))?.[1] ?? {};
  const unit = { "gain.db-raw": "dB", "time.ms": "ms", "time.second": "s" }[node.UNIT?.[index]];
  const whole = node.TYPE?.[index] === "i";
  return { low: range.MIN ?? 0, high: range.MAX ?? 1, curve: 1, unit, whole, ...shown };
}

/** Where a value is on its fader, 0 to 1; outside of what is shown, at its end. */
export function place({ low, high, curve }, value) {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return share ** (1 / curve);
}

/** The value at a place of a fader. */
export function valueAt({ low, high, curve, whole, bottom }, share) {
  if (share <= 0 && bottom !== undefined) return bottom;
  const value = low + (high - low) * Math.min(1, Math.max(0, share)) ** curve;
  return whole ? Math.round(value) : value;
}

/** A value as people read it. */
export function say({ unit, whole, low }, value) {
  if (unit === "dB") return value <= -96 ? "silence" : `${signed(value, 1)} dB`;
  if (unit === "ms") return value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;
  if (unit === "s") return `${value.toFixed(1)} s`;
  if (whole) return String(value);
  return low < 0 ? signed(value, 2) : value.toFixed(2);
}

function signed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}
