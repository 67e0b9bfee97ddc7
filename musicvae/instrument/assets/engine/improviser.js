// Improvises over a memory: musicvae.latents.memory.improviser in JavaScript, without /style and
// /listen. It plays on along a track, and now and then jumps to where the music was most alike.

import { KEPT, Recent, Search, costs, drawn } from "./choosing.js";
import { neighboursOf } from "./memory-file.js";
import { indices, lowerBound, rounded, upperBound } from "./numbers.js";

const SEAM_STEPS = 6;
const TABOO_SECONDS = 25;
const [LEAST, MOST] = [0.4, 3];
const KEPT_MEAN = 1 - Math.exp(-MOST);
const WAIT = 0.5;
const AHEAD = 48;
const SOONER = 0.2;
const FADE = Float32Array.from(
  { length: SEAM_STEPS },
  (_, n) => 0.5 + 0.5 * Math.cos((Math.PI * (n + 0.5)) / SEAM_STEPS),
);

export class Improviser {
  /**
   * @param {import("./places.js").Places} places of the memory
   * @param {import("./choosing.js").Wishes} wishes read at each step
   */
  constructor(places, wishes) {
    const { header, ends, rate } = places.memory;
    Object.assign(this, { places, wishes, memory: places.memory, ends, rate, total: header.steps });
    const span = Math.min(rounded(TABOO_SECONDS * rate), Math.floor(header.steps / 2));
    this.recent = new Recent(header.steps, span);
    this.search = new Search(places);
    this.row = new Float32Array(header.latent_dim);
    this.seam = new Float32Array(header.latent_dim);
    Object.assign(this, { masked: null, aim: [], joint: 0, leaves: 0, forced: false });
  }

  /** Begin anew with these random numbers. */
  restart(draws) {
    this.draws = draws;
    this.recent.forget();
    Object.assign(this, { jumps: 0, seamAt: SEAM_STEPS, begun: false });
    this.mask();
    this.enter(this.among[draws.integer(this.among.length)]);
  }

  /** Go to a place of the memory: 0 is its beginning, 1 its end. */
  go(place) {
    const wanted = Math.min(rounded(place * this.total), this.total - 1);
    this.step = Math.min(wanted, this.ends[upperBound(this.ends, wanted)] - 2);
    if (this.begun) this.fadeFrom(this.row);
    this.plan();
  }

  /** Write the latents of the next step, and go on. */
  next(out) {
    if (String(this.wishes.region) !== this.masked) {
      this.mask();
      this.plan();
    }
    if (this.planned && this.wishes.differFrom(this.aim)) this.hurry();
    const left = this.leaves - this.step;
    if (!this.planned) this.plan();
    else if (left <= 0) this.leave();
    else if (left === 1) this.choose();
    else if (left <= AHEAD && this.guided) this.lookAhead();
    else if (left <= 3) this.gather();
    this.recent.note(this.step);
    this.write(out);
    this.row.set(out);
    this.begun = true;
    this.step += 1;
  }

  /** Whether the neighbours in the file do not do, since something is asked for. */
  get guided() {
    return !this.free || this.wishes.leads || this.wishes.asks;
  }

  /** Leave sooner than planned, if this is sooner. */
  hurry() {
    const { joint, leaves, forced } = this;
    this.plan(SOONER);
    if (leaves < this.leaves) Object.assign(this, { joint, leaves, forced });
  }

  write(out) {
    const { codes, header } = this.memory;
    const [start, scale] = [this.step * out.length, header.scale];
    for (let n = 0; n < out.length; n += 1) out[n] = codes[start + n] * scale;
    if (this.seamAt >= SEAM_STEPS) return;
    for (let n = 0; n < out.length; n += 1) out[n] += this.seam[n] * FADE[this.seamAt];
    this.seamAt += 1;
  }

  /** Find out which joints may be entered. */
  mask() {
    const { region } = this.wishes;
    this.masked = String(region);
    this.open = this.places.inside(region);
    this.among = indices(this.open.length, (n) => this.open[n]);
    this.free = this.among.length === this.places.open.filter(Boolean).length;
    const [low, high] = this.free ? [0, 1] : region;
    [this.first, this.last] = [Math.trunc(low * this.total), Math.ceil(high * this.total)];
  }

  /** The step before which it must leave: the end of the part or of the region. */
  end() {
    if (this.step < this.first || this.step >= this.last) return this.step;
    return Math.min(this.ends[upperBound(this.ends, this.step)] ?? this.total, this.last);
  }

  /** Choose the joint at which to leave; a part of the usual time from now. */
  plan(share = 1) {
    const { steps } = this.places;
    const random = Math.min(this.draws.exponential(), MOST) / KEPT_MEAN;
    const length = this.rate * this.wishes.continuity * (LEAST + (1 - LEAST) * random) * share;
    const first = lowerBound(steps, this.step + 1);
    const end = lowerBound(steps, this.end());
    const last = Math.min(Math.max(end - 1, first), steps.length - 1);
    const wanted = this.step + Math.max(1, length - 0.25 * this.rate * WAIT);
    const joint = Math.min(Math.max(lowerBound(steps, wanted), first), last);
    const until = Math.min(lowerBound(steps, wanted + WAIT * this.rate), last + 1);
    const onset = this.memory.onsets.subarray(joint, until).indexOf(1);
    this.joint = joint + Math.max(0, onset);
    this.forced = this.joint >= end - 1;
    const most = (this.ends[upperBound(this.ends, this.step)] ?? this.total) - 1;
    this.leaves = Math.max(Math.min(steps[this.joint], most), this.step + 1);
    Object.assign(this, { planned: true, searching: false, chosen: -1, near: null });
    this.aim = this.wishes.aim();
  }

  /** The neighbours that the file knows, without those that were played lately. */
  gather() {
    const { steps } = this.places;
    this.near ??= neighboursOf(this.memory, this.joint).filter(
      (joint) => this.open[joint] && this.recent.isNew(steps[joint]),
    );
  }

  /** Choose where to jump to; nowhere where nothing new is known and it need not. */
  choose() {
    let found;
    if (this.guided) {
      this.lookAhead();
      found = [this.search.joints, this.search.costs];
    } else {
      this.gather();
      const window = this.places.window(this.leaves);
      found = [this.near, costs(this.places, this.near, window, this.phase, null)];
    }
    if (!found[0].length && this.forced) found = this.any();
    if (found[0].length) {
      this.chosen = drawn(...found, this.wishes.temperature, this.draws);
    }
  }

  /** Jump, or where there is no place to go, plan to do so later. */
  leave() {
    if (this.chosen < 0) this.choose();
    if (this.chosen < 0) {
      this.plan(0.5);
      return;
    }
    this.step = Math.min(this.step, this.total - 1);
    const coming = new Float32Array(this.row.length);
    this.write(coming);
    this.enter(this.chosen);
    this.fadeFrom(coming);
    this.jumps += 1;
  }

  /** Begin to search for the place to jump to, or go on. */
  lookAhead() {
    if (!this.searching) {
      this.searching = true;
      const window = this.places.window(this.leaves);
      const start = this.draws.integer(this.among.length);
      this.search.begin(window, this.phase, this.leaves, start, this.among.length);
    }
    this.search.goOn(this.among, this.recent, this.wishes);
  }

  /** Some place, where all that is known was played lately: what was played longest ago. */
  any() {
    const some = Array.from({ length: 4 * KEPT }, () => this.among[this.draws.integer(this.among.length)]);
    const last = some.map((joint) => this.recent.last(this.places.steps[joint]));
    const order = [...some.keys()].sort((a, b) => last[a] - last[b]);
    const oldest = order.slice(0, KEPT / 4).map((n) => some[n]);
    const window = this.places.window(this.leaves);
    return [oldest, costs(this.places, oldest, window, -1, this.wishes)];
  }

  get phase() {
    return this.places.phases[this.joint];
  }

  enter(joint) {
    this.step = this.places.steps[joint];
    Object.assign(this, { planned: false, leaves: this.step + 1, chosen: -1 });
  }

  /** Let the difference between a row and the one that comes now fade within some steps. */
  fadeFrom(row) {
    const { codes, header } = this.memory;
    const start = this.step * row.length;
    for (let n = 0; n < row.length; n += 1) this.seam[n] = row[n] - codes[start + n] * header.scale;
    this.seamAt = 0;
  }
}
