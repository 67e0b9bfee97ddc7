// The source that improvises over a memory, and what a hand asks of it.

import { Wishes } from "./choosing.js";
import { Improviser } from "./improviser.js";
import { Places } from "./places.js";
import { Steps } from "./steps.js";
import { upperBound } from "./numbers.js";

export class MemorySource {
  /** @param {object} info of the model, @param {object} memory of `readMemory` */
  constructor(info, memory) {
    const places = new Places(memory);
    this.wishes = new Wishes(info.latent_dim, places.attributes.length);
    this.player = new Improviser(places, this.wishes);
    this.steps = new Steps(info.latent_dim, info.stride);
    this.names = info.attributes.map(({ name }) => places.attributes.indexOf(name));
    this.directions = info.attributes.map(({ direction }) => direction);
    this.begins = this.goes = null;
    this.played = this.coming = 0;
  }

  /** Begin anew with these random numbers, with the next frame. */
  begin(draws) {
    this.begins = draws;
    this.goes = null;
  }

  /** Go to a place, 0 to 1, with the next frame. */
  go(place) {
    this.goes = place;
  }

  /** What a hand asks for: an attribute that was measured is a target, another one a direction. */
  steer(hand, amounts) {
    const { lead, asked } = this.wishes;
    lead.set(hand);
    this.names.forEach((at, n) => {
      if (at >= 0) asked[at] = amounts[n];
      else if (amounts[n]) for (let d = 0; d < lead.length; d += 1) lead[d] += amounts[n] * this.directions[n][d];
    });
  }

  next(out, settings) {
    Object.assign(this.wishes, settings.wishes);
    if (this.begins) this.player.restart(this.begins);
    if (this.goes !== null) this.player.go(this.goes);
    if (this.begins) {
      this.draw(this.steps.following);
      this.steps.share = 1;
    }
    this.begins = this.goes = null;
    this.steps.goOn((row) => this.draw(row));
    this.steps.write(out, settings.speed);
  }

  draw(row) {
    this.played = this.coming;
    this.player.next(row);
    this.coming = this.player.step - 1;
  }

  /** Where it is: share of the memory, name of the track, how often it jumped. */
  get status() {
    const { memory, total, jumps } = this.player;
    const part = upperBound(memory.ends, this.played);
    return { place: this.played / total, part, track: memory.header.parts[part][0], jumps };
  }
}
