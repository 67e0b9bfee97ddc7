// A voice, in a worker of its own: decodes one model ahead of what is played.
//
// It is told {open: {runtime, model, memory, info, rate, port, values}}, then {set: [address,
// values]}; it tells {ready}, {sounding} some times a second, and {trouble}. Blocks of sound go
// through the port to the audio thread, at its rate, and "ready" once there are enough to begin;
// after each pull of the device, it answers how much it has played.

import { Controls } from "./controls.js";
import { Decoder, openRuntime, read } from "./decoder.js";
import { readMemory } from "./memory-file.js";
import { amplitude, mix } from "./mixing.js";
import { Resampler } from "./resampling.js";
import { Supply } from "./supply.js";

/** Milliseconds between two reports. */
const REPORT = 50;
/** How slowly the time of a frame that is reported follows the newest; clocks may be coarse. */
const SLOWLY = 0.03;
/** Milliseconds, below which timers of browsers wait for none or for one. */
const CLOCK = 1;
/** Frames that are decoded at once at most, unless fewer are too slow. */
const TOGETHER = 8;

const seconds = () => performance.now() / 1000;

class Voice {
  static async open({ runtime, model, memory, info, rate, port, values }) {
    const voice = new Voice();
    const [ort, bytes, encoded] = await Promise.all([
      openRuntime(runtime),
      read(model),
      memory ? read(memory).then(readMemory) : null,
    ]);
    voice.decoder = await Decoder.open(ort, bytes, info);
    const { frames, speed } = await voice.decoder.pace();
    voice.controls = new Controls(info, encoded);
    for (const [address, given] of values) voice.controls.set(address, given);
    for (const ramps of [voice.controls.manual, voice.controls.attributes]) ramps.jump();
    const higher = rate === info.sample_rate ? null : new Resampler(info.sample_rate, rate, info.channels);
    const frame = (1000 * info.hop) / info.sample_rate;
    Object.assign(voice, { info, frames, frame, higher, port, running: false, supply: new Supply(rate) });
    voice.took = frame / speed;
    voice.level = amplitude(voice.controls.gain);
    Object.assign(voice, { peak: -100, told: 0 });
    // Between two blocks, messages are heard: a task of its own for each.
    const next = new MessageChannel();
    voice.again = () => next.port2.postMessage(0);
    next.port1.onmessage = () => voice.render();
    port.onmessage = ({ data }) => voice.hear(data);
    return voice;
  }

  hear(told) {
    this.supply.hear(told, seconds());
    this.go();
  }

  /** Decode now, or when it is time. */
  go() {
    if (this.running) return;
    clearTimeout(this.timer);
    const wait = 1000 * this.supply.wait(seconds());
    if (wait >= CLOCK) {
      this.begin();
      if (wait < Infinity) this.timer = setTimeout(() => this.go(), wait);
      return;
    }
    this.running = true;
    this.again();
  }

  /** There is enough to be played. */
  begin() {
    if (!this.begun) this.port.postMessage("ready");
    this.begun = true;
  }

  async render() {
    const { info, controls, supply } = this;
    const begun = seconds();
    const lacking = Math.ceil((1000 * supply.lacking) / supply.rate / this.frame);
    const frames = Math.max(this.frames, Math.min(lacking, TOGETHER));
    const rows = new Float32Array(frames * info.latent_dim);
    for (let frame = 0; frame < frames; frame += 1) rows.set(controls.next(), frame * info.latent_dim);
    const decoded = await this.decode(rows, frames);
    const block = this.higher?.push(decoded) ?? decoded;
    const level = amplitude(controls.gain);
    this.peak = Math.max(this.peak, mix(block, info.channels, this.level, level));
    this.level = level;
    const size = block.length / info.channels;
    this.port.postMessage(block, [block.buffer]);
    supply.send(size, begun, seconds());
    this.report();
    this.running = false;
    this.go();
  }

  /** The sound of these latents; where it cannot be computed, silence, and the next ones anew. */
  async decode(rows, frames) {
    const begun = performance.now();
    try {
      const block = await this.decoder.push(rows);
      this.took += SLOWLY * ((performance.now() - begun) / frames - this.took);
      return block;
    } catch (error) {
      this.decoder.reset();
      postMessage({ trouble: String(error.message ?? error) });
      return new Float32Array(frames * this.info.hop * this.info.channels);
    }
  }

  report() {
    const now = performance.now();
    if (now - this.told < REPORT) return;
    this.told = now;
    const { peak, supply, controls } = this;
    const speed = this.frame / Math.max(this.took, 0.01);
    const delay = this.info.latency + (this.higher?.delay ?? 0);
    const waits = supply.waits + delay / this.info.sample_rate;
    postMessage({ sounding: [...controls.z], speed, peak, waits, ...controls.status });
    this.peak = -100;
  }
}

let voice = null;
const early = []; // what was set while it was loaded

onmessage = async ({ data }) => {
  if (data.set) {
    if (voice) voice.controls.set(...data.set);
    else early.push(data.set);
    return;
  }
  try {
    voice = await Voice.open(data.open);
    for (const set of early) voice.controls.set(...set);
    postMessage({ ready: true });
    voice.go();
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) });
  }
};
