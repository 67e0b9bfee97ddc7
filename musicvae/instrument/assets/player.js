// The audio thread: plays what voices have decoded, and never waits for them.
//
// A voice that comes takes over once it has sound, within some milliseconds. Where a voice is late,
// the last sample fades away, and what comes then fades in: no click, whatever happens.

/** Seconds of a change from one voice to another, and of the fades around an interruption. */
const [CHANGE, FADE] = [0.05, 0.005];
/** Seconds of sound that a voice may send ahead. */
const ROOM = 1;

class Ring {
  constructor(port, channels) {
    Object.assign(this, { port, channels, at: 0, end: 0, pulled: 0, late: false, ready: false });
    this.samples = new Float32Array(ROOM * sampleRate * channels);
    // What sounds, what sounded when it was interrupted, and how much of what is new is heard.
    this.value = new Float32Array(channels);
    this.last = new Float32Array(channels);
    this.share = 0;
    this.interruptions = 0;
    port.onmessage = ({ data }) => (data === "ready" ? (this.ready = true) : this.write(data));
  }

  write(block) {
    for (const sample of block) {
      this.samples[this.end % this.samples.length] = sample;
      this.end += 1;
    }
  }

  get waiting() {
    return (this.end - this.at) / this.channels;
  }

  /** Add the next sample frame to `out`, at a level. */
  add(out, frame, level) {
    const { channels, last, samples, value } = this;
    this.pulled += 1;
    const step = 1 / (FADE * sampleRate);
    const empty = this.waiting < 1;
    if (empty && !this.late) {
      last.set(value);
      this.interruptions += 1;
      this.share = 0;
    }
    this.late = empty;
    if (!empty) this.share = Math.min(1, this.share + step);
    for (let c = 0; c < channels; c += 1) {
      const fresh = empty ? 0 : samples[(this.at + c) % samples.length];
      if (empty) last[c] *= 1 - step;
      value[c] = last[c] * (1 - this.share) + fresh * this.share;
      for (let o = c; o < out.length; o += channels) out[o][frame] += level * value[c];
    }
    if (!empty) this.at += channels;
  }

  /** Tell the voice how much was pulled, how much of it was there, and how often it was not. */
  answer() {
    const { pulled, interruptions } = this;
    this.port.postMessage({ pulled, played: this.at / this.channels, interruptions });
  }
}

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    Object.assign(this, { rings: [], late: 0, change: 0, pulled: false });
    this.port.onmessage = ({ data: { echo, port, channels } }) => {
      if (echo) this.listen(...echo);
      else this.rings.push(new Ring(port, channels));
    };
  }

  /**
   * Devices pull some calls of `process` at once, and no message is heard meanwhile. So one that
   * it sends to itself is heard after the pull, which voices are told of once.
   */
  listen(own, other) {
    this.echo = own;
    other.onmessage = () => {
      this.pulled = false;
      for (const ring of this.rings) ring.answer();
    };
  }

  process(_, [out]) {
    const [now, coming] = this.rings;
    const size = out[0].length;
    if (!now?.ready) return true; // it has not begun
    const before = now.interruptions;
    if (coming?.ready) this.change ||= Number.MIN_VALUE;
    for (let frame = 0; frame < size; frame += 1) {
      if (this.change) this.change = Math.min(1, this.change + 1 / (CHANGE * sampleRate));
      now.add(out, frame, Math.cos((this.change * Math.PI) / 2));
      if (this.change) coming.add(out, frame, Math.sin((this.change * Math.PI) / 2));
    }
    const late = now.interruptions - before;
    this.late += late;
    if (!this.pulled) this.echo.postMessage(0);
    this.pulled = true;
    if (late) this.port.postMessage({ late: this.late });
    if (this.change >= 1) this.turn();
    return true;
  }

  /** The voice that came is the one that plays. */
  turn() {
    this.rings.shift();
    this.change = 0;
    this.port.postMessage({ changed: true });
  }
}

registerProcessor("player", Player);
