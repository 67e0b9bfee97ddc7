// How much sound waits to be played: as little as this machine can do with, so that a hand is heard
// soon. It begins with much, and learns from how little waited when least did: devices take some
// blocks at once. An underrun asks for more, for a while.

/** Seconds of sound that wait at first, and at most. */
const [FIRST, MOST] = [0.05, 0.25];
/** Seconds of sound that always wait; of sound that is judged at once; until an underrun is past. */
const [MARGIN, LOOK, CALM] = [0.002, 2, 30];

export class Supply {
  /** @param {number} rate in Hz, @param {number} block sample frames that are decoded at once */
  constructor(rate, block) {
    Object.assign(this, { rate, block, rendered: 0, played: 0, margin: MARGIN * rate });
    this.most = Math.max(MOST * rate, 2 * block);
    this.ahead = Math.max(Math.round(FIRST * rate), 2 * block);
    this.look();
    this.calm = 0;
  }

  /** Whether another block is needed now. */
  get due() {
    return this.rendered - this.played < this.ahead;
  }

  /** Sample frames from a hand to what is played, as a mean: a block is begun, then all that waits. */
  get waits() {
    return this.ahead + this.block / 2;
  }

  look() {
    Object.assign(this, { looked: 0, fewest: Infinity });
  }

  /**
   * So many sample frames were played, so few waited at some time meanwhile, and the sound was
   * interrupted or not.
   */
  hear(played, fewest, late) {
    this.looked += played - this.played;
    this.calm += played - this.played;
    this.played = played;
    this.fewest = Math.min(this.fewest, fewest);
    if (late) {
      this.margin = Math.min(2 * this.margin, this.most / 4);
      this.ahead = Math.min(this.ahead + Math.max(this.block, this.margin), this.most);
      this.calm = 0;
      this.look();
    } else if (this.looked > LOOK * this.rate) {
      this.ahead += Math.round(this.margin - this.fewest);
      this.ahead = Math.min(Math.max(this.ahead, Math.round(this.margin)), this.most);
      this.look();
    }
    if (this.calm > CALM * this.rate) {
      this.margin = Math.max(this.margin / 2, MARGIN * this.rate);
      this.calm = 0;
    }
  }
}
