// When to decode: as shortly before the sound is pulled as this machine can do with, so that a hand
// is heard soon. Devices pull some sound at once, every so often. A voice is told after each pull,
// expects the next one, and begins so early to decode what it will take that some time is left. How
// early that is, it learns from how little time was left when least was. An interruption asks for
// more, for a while. Times are in seconds, amounts in sample frames.

/** How early the sound of a pull is begun: at first, and at most. */
const [FIRST, MOST] = [0.05, 0.25];
/** Time that is always left; sound that is judged at once; until an interruption is past. */
const [MARGIN, LOOK, CALM] = [0.003, 1, 30];
/** The time between two pulls, before there were any. */
const PERIOD = 0.01;
/** How slowly the time between pulls follows the newest, and the expected time one that was late. */
const [SLOWLY, DELAYED] = [0.05, 0.1];

export class Supply {
  /** @param {number} rate in Hz */
  constructor(rate) {
    Object.assign(this, { rate, rendered: 0, pulled: 0, played: 0, interruptions: 0, calm: 0 });
    Object.assign(this, { early: FIRST, margin: MARGIN, period: PERIOD, next: -Infinity });
    this.waits = FIRST;
    this.sent = []; // where blocks end that were not played whole, and when they were sent
    Object.assign(this, { largest: 0, larger: 0, counted: 0 });
    this.look();
  }

  look() {
    Object.assign(this, { looked: 0, least: Infinity });
  }

  get waiting() {
    return this.rendered - this.played;
  }

  /** What the next pull takes at most. */
  get most() {
    return Math.max(this.largest, this.larger);
  }

  /** Of the pulls that come, how many have all their sound. */
  get supplied() {
    const beyond = this.waiting - this.most;
    return beyond < 0 ? 0 : 1 + Math.floor(beyond / (this.period * this.rate));
  }

  /** What the first pull lacks that has not all its sound. */
  get lacking() {
    return this.most + this.supplied * this.period * this.rate - this.waiting;
  }

  /** The time until this is to be decoded; Infinity if not before the next pull was heard of. */
  wait(now) {
    const until = this.next - now;
    const left = Math.max(0, until) + this.supplied * this.period - this.early;
    if (left <= 0) return 0;
    return until > 0 ? left : Infinity;
  }

  /** A block was sent, whose latents were made at the time `begun`. */
  send(size, begun, now) {
    const hand = Math.max(this.period, size / this.rate) / 2; // from a hand to these latents, as a mean
    const waits = hand + Math.max(0, this.next - begun) + this.waiting / this.rate;
    this.waits += SLOWLY * (waits - this.waits);
    this.rendered += size;
    this.sent.push([this.rendered, now]);
  }

  /**
   * The device pulled again: so much since it began, of which so much was there to be played, with
   * so many interruptions.
   */
  hear({ pulled, played, interruptions }, now) {
    const taken = pulled - this.pulled;
    Object.assign(this, { pulled, played });
    this.expect(taken, now);
    this.count(taken);
    this.looked += taken;
    this.calm += taken;
    while (this.sent.length > 1 && this.sent[0][0] < played) this.sent.shift();
    const [end, at] = this.sent[0] ?? [0, now];
    this.least = Math.min(this.least, end < played ? 0 : now - at);
    const more = this.margin - Math.min(this.least, this.early);
    if (interruptions > this.interruptions) this.interrupted(interruptions);
    else if (more > 0) this.start(this.early + more);
    else if (this.looked > LOOK * this.rate) this.start(this.early + more / 2);
    if (this.calm > CALM * this.rate) {
      this.margin = Math.max(this.margin / 2, MARGIN);
      this.calm = 0;
    }
  }

  /** When the next pull comes: where one was delayed, most of the delay is forgotten. */
  expect(taken, now) {
    const delay = now - this.next;
    const known = delay > 0 && delay < 2 * this.period;
    this.period += SLOWLY * (taken / this.rate - this.period);
    this.next = (known ? this.next + DELAYED * delay : now) + this.period;
  }

  /** The largest pull is that of this look and of the one before. */
  count(taken) {
    this.larger = Math.max(this.larger, taken);
    this.counted += taken;
    if (this.counted > LOOK * this.rate) Object.assign(this, { largest: this.larger, larger: 0, counted: 0 });
  }

  interrupted(interruptions) {
    this.interruptions = interruptions;
    this.margin = Math.min(Math.max(2 * this.margin, this.period), MOST / 4);
    this.calm = 0;
    this.start(this.early + Math.max(this.margin, this.period));
  }

  /** From now on, begin so early, and judge that. */
  start(early) {
    this.early = Math.min(Math.max(early, this.margin), MOST);
    this.look();
  }
}
