// What a memory says of its joints, computed once: musicvae.latents.memory.places in JavaScript.

import { neighboursOf } from "./memory-file.js";
import { lowerBound, median, rounded, upperBound } from "./numbers.js";

/** Steps before a joint that are compared; joints that end a track are not entered. */
export const WINDOW = 8;
const RUNWAY = 43;
const AHEAD = 64;
const SECONDS_AHEAD = 3;
const SAMPLED = 512;

export class Places {
  constructor(memory) {
    const { header, codes, joints, phases } = memory;
    const { latent_dim: width, steps, parts } = header;
    Object.assign(this, { memory, width, steps: joints, count: joints.length });
    this.parts = Array.from(joints, (step) => upperBound(memory.ends, step));
    this.until = this.parts.map((part) => memory.ends[part]);
    this.open = this.parts.map(
      (part, n) => this.until[n] - joints[n] >= Math.min(RUNWAY, Math.floor(parts[part][2] / 4)),
    );
    this.phases = Array.from(phases, (mark) => (mark ? (mark - 1) / 254 : -1));
    const squares = new Float64Array(steps + 1);
    for (let step = 0; step < steps; step += 1) {
      let sum = 0;
      for (let n = step * width; n < (step + 1) * width; n += 1) sum += codes[n] * codes[n];
      squares[step + 1] = squares[step] + sum;
    }
    this.norms = Array.from(joints, (step) => squares[step] - squares[step - WINDOW]);
    this.ahead = this.means();
    this.attributes = (header.attributes ?? []).map(([name]) => name);
    this.values = this.measures();
    this.unit = this.spread();
  }

  /** Where the 8 rows before a step begin in the codes. */
  before(step) {
    return Math.max(0, step - WINDOW) * this.width;
  }

  /** The 8 rows before a step, one after another. */
  window(step) {
    const start = this.before(step);
    return this.memory.codes.subarray(start, start + WINDOW * this.width);
  }

  /** Whether each joint may be entered, within shares of the memory; all, where none may. */
  inside([low, high]) {
    const { steps } = this.memory.header;
    const joints = this.open.map(
      (open, n) => open && this.steps[n] >= low * steps && this.steps[n] < high * steps,
    );
    return joints.includes(true) ? joints : this.open;
  }

  /** Mean of the rows that follow each joint: D numbers for each. */
  means() {
    const { codes, header } = this.memory;
    const found = new Float32Array(this.count * this.width);
    for (let joint = 0; joint < this.count; joint += 1) {
      const [first, end] = [this.steps[joint], Math.min(this.steps[joint] + AHEAD, this.until[joint])];
      for (let n = 0; n < this.width; n += 1) {
        let sum = 0;
        for (let step = first; step < end; step += 1) sum += codes[step * this.width + n];
        found[joint * this.width + n] = (sum / (end - first)) * header.scale;
      }
    }
    return found;
  }

  /** Of each attribute its mean over 3 s from each joint, in standard deviations over all joints. */
  measures() {
    const { header, measured, rate } = this.memory;
    const scales = header.attributes ?? [];
    const lasts = Array.from(this.steps, (step, n) =>
      Math.min(this.steps[n + 1] ?? header.steps, this.until[n]) - step,
    );
    const found = new Float32Array(this.count * scales.length);
    scales.forEach(([, low, high], at) => {
      const value = (n) => low + (high - low) * (measured[n * scales.length + at] / 255);
      const means = Array.from(this.steps, (step, n) => {
        const end = Math.min(step + rounded(SECONDS_AHEAD * rate), this.until[n]);
        const last = Math.max(lowerBound(this.steps, end), n + 1);
        let [sum, time] = [0, 0];
        for (let one = n; one < last; one += 1) {
          sum += value(one) * lasts[one];
          time += lasts[one];
        }
        return sum / time;
      });
      const mean = means.reduce((a, b) => a + b, 0) / this.count;
      const square = means.reduce((a, b) => a + (b - mean) ** 2, 0) / this.count;
      const deviation = Math.max(Math.sqrt(square), 1e-9);
      means.forEach((one, n) => (found[n * scales.length + at] = (one - mean) / deviation));
    });
    return found;
  }

  /** At this difference a place is e times less like: how far neighbours lie apart. */
  spread() {
    const differences = [];
    for (let joint = 0; joint < this.count; joint += Math.max(1, Math.floor(this.count / SAMPLED))) {
      const known = neighboursOf(this.memory, joint);
      if (known.length < 2) continue;
      const here = this.window(this.steps[joint]);
      const gap = (other) =>
        this.window(this.steps[other]).reduce((sum, code, n) => sum + (code - here[n]) ** 2, 0);
      differences.push((gap(known.at(-1)) - gap(known[0])) / Math.log(known.length));
    }
    return differences.length ? Math.max(1, median(differences)) : 1;
  }
}
