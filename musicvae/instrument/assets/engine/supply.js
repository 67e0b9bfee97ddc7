// How much sound waits to be played: little, so that a hand is heard soon; more after each underrun.

/** Seconds of sound that wait at first, and at most; seconds without trouble until it is less. */
const [LEAST, MOST, CALM] = [0.02, 0.25, 30];

export class Supply {
  /** @param {number} rate in Hz, @param {number} block sample frames that are decoded at once */
  constructor(rate, block) {
    Object.assign(this, { rate, block, rendered: 0, played: 0, calm: 0 });
    // One block is decoded while another one is played.
    this.least = this.ahead = Math.max(Math.round(LEAST * rate), block + Math.round(0.01 * rate));
  }

  /** Whether another block is needed now. */
  get due() {
    return this.rendered - this.played < this.ahead;
  }

  /** So many sample frames were played, and the sound was interrupted or not. */
  hear(played, late) {
    this.calm = late ? 0 : this.calm + played - this.played;
    this.played = played;
    if (late) this.ahead = Math.min(this.ahead + this.block, Math.max(this.least, MOST * this.rate));
    if (this.calm > CALM * this.rate) {
      this.ahead = Math.max(this.least, this.ahead - this.block);
      this.calm = 0;
    }
  }
}
