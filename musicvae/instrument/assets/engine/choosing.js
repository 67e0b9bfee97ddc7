// Chooses which of several places comes next: musicvae.latents.memory.choosing and .search.

import { dot } from "./numbers.js";

const PULL = 3;
const [LEAST, OTHER] = [1e-3, 0.5];
const [OFF_BEAT, MOST_OFF] = [0.06, 9];
const [BIN, BINS] = [16, 4];
/** Joints that are looked at in one step of a search, and that are kept. */
const TOGETHER = 128;
export const KEPT = 16;
const AWAY = 129;

/** What a performer asks of an improvisation; read at each step. */
export class Wishes {
  constructor(width, attributes) {
    Object.assign(this, { continuity: 4, temperature: 1, region: [0, 1] });
    this.lead = new Float32Array(width);
    this.asked = new Float32Array(attributes);
  }

  get leads() {
    return dot(this.lead, this.lead) > LEAST ** 2;
  }

  get asks() {
    return dot(this.asked, this.asked) > LEAST ** 2;
  }

  aim() {
    return [...this.lead, ...this.asked];
  }

  differFrom(aim) {
    const now = this.aim();
    return now.length === aim.length && now.some((value, n) => Math.abs(value - aim[n]) > OTHER);
  }
}

/** Remembers when each part of a memory was played last. */
export class Recent {
  constructor(steps, span) {
    this.when = new Float64Array(Math.floor(steps / BIN) + BINS + 1);
    this.span = span;
    this.forget();
  }

  forget() {
    this.when.fill(-(2 ** 40));
    this.now = 0;
  }

  note(step) {
    this.now += 1;
    this.when[Math.floor(step / BIN)] = this.now;
  }

  /** When something of what follows a step was played last. */
  last(step) {
    const first = Math.floor(step / BIN);
    return Math.max(...this.when.subarray(first, first + BINS));
  }

  isNew(step) {
    return this.last(step) < this.now - this.span;
  }
}

/** How little each joint suits a moment, in units of `places.unit`. */
export function costs(places, joints, window, phase, wishes) {
  const { width, memory, unit } = places;
  const own = dot(window, window);
  const asked = wishes?.asks ? wishes.asked : [];
  return joints.map((joint) => {
    const common = dot(memory.codes, window, window.length, places.before(places.steps[joint]));
    let cost = (places.norms[joint] - 2 * common + own) / unit;
    const other = places.phases[joint];
    if (phase >= 0 && other >= 0) {
      const off = Math.abs(((other - phase + 1.5) % 1) - 0.5);
      cost += Math.min((off / OFF_BEAT) ** 2, MOST_OFF);
    }
    if (wishes?.leads) cost -= PULL * dot(wishes.lead, places.ahead, width, 0, joint * width);
    asked.forEach((value, n) => {
      const gap = Math.abs(places.values[joint * asked.length + n] - value);
      cost += gap * PULL * Math.min(Math.abs(value), 1);
    });
    return cost;
  });
}

/** One of several joints: the likelier, the less it costs (Gumbel 1954). */
export function drawn(joints, cost, temperature, draws) {
  let [best, most] = [joints[0], -Infinity];
  joints.forEach((joint, n) => {
    const sum = -cost[n] - temperature * Math.log(-Math.log(draws.uniform()));
    if (sum > most) [best, most] = [joint, sum];
  });
  return best;
}

/** A search of the whole memory, some joints in each step. */
export class Search {
  constructor(places) {
    Object.assign(this, { places, joints: [], costs: [], left: 0 });
  }

  begin(window, phase, step, at, among) {
    Object.assign(this, { joints: [], costs: [], window, phase, step, at, left: among });
  }

  goOn(among, recent, wishes) {
    if (this.left <= 0) return;
    const at = this.at % among.length;
    const some = among.slice(at, at + TOGETHER);
    this.at = at + some.length;
    this.left -= some.length;
    const { steps } = this.places;
    const fresh = some.filter(
      (joint) => recent.isNew(steps[joint]) && Math.abs(steps[joint] - this.step) >= AWAY,
    );
    const joints = [...this.joints, ...fresh];
    const both = [...this.costs, ...costs(this.places, fresh, this.window, this.phase, wishes)];
    const cheapest = [...both.keys()].sort((a, b) => both[a] - both[b]).slice(0, KEPT);
    cheapest.sort((a, b) => a - b);
    this.joints = cheapest.map((n) => joints[n]);
    this.costs = cheapest.map((n) => both[n]);
  }
}
