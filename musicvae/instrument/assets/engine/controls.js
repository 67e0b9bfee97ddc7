// The latents of each frame, from what moves them and what a hand sets: as musicvae.live does.
//
//     z = clamp(source + manual), sharpened, + Σ attribute · direction

import { Draws } from "./draws.js";
import { MemorySource } from "./memory-source.js";
import { within } from "./numbers.js";
import { Ramps } from "./ramps.js";
import { WalkSource } from "./walk.js";

const BOUND = 8;
const [CONTRAST_GAIN, CONTRAST_SECONDS] = [0.4, 0.2];

export class Controls {
  /**
   * @param {object} info the description in the artifact
   * @param {object | null} memory of `readMemory`
   */
  constructor(info, memory) {
    const width = info.latent_dim;
    this.info = info;
    this.rate = info.sample_rate / info.hop;
    this.sources = { walk: new WalkSource(info) };
    if (memory) this.sources.memory = new MemorySource(info, memory);
    this.manual = new Ramps(width);
    this.attributes = new Ramps(info.attributes.length);
    this.source = "held";
    this.settings = { speed: 1, radius: 1, wishes: { continuity: 4, temperature: 1, region: [0, 1] } };
    Object.assign(this, { glide: 20, lead: 0, gain: 0 });
    this.mean = new Float32Array(width);
    this.z = new Float32Array(width);
    this.reseed(0);
  }

  /** Obey an address without its deck; those that this instrument does not have change nothing. */
  set(address, values) {
    const [value] = values;
    const [, kind, name] = /^\/(latent|attr)\/(.+)$/.exec(address) ?? [];
    if (kind === "latent") this.manual.to(Number(name), value, this.frames());
    if (kind === "attr") {
      const at = this.info.attributes.findIndex((one) => one.name === name);
      if (at >= 0) this.attributes.to(at, value, this.frames());
    }
    this.setOther(address, value, values);
  }

  setOther(address, value, values) {
    const { settings } = this;
    switch (address) {
      case "/latent": return values.forEach((one, n) => this.manual.to(n, one, this.frames()));
      case "/source": return (this.source = value);
      case "/walk": return ([settings.speed, settings.radius = settings.radius] = values);
      case "/continuity": case "/temperature": return (settings.wishes[address.slice(1)] = value);
      case "/region": return (settings.wishes.region = values);
      case "/seed": return this.reseed(value);
      case "/glide": case "/lead": case "/gain": return (this[address.slice(1)] = value);
      case "/memory/place": return this.sources.memory?.go(value);
      default: return undefined;
    }
  }

  /** The place and track that are played; empty without a memory. */
  get status() {
    return this.source === "memory" ? (this.sources.memory?.status ?? {}) : {};
  }

  reseed(seed) {
    for (const source of Object.values(this.sources)) source.begin(new Draws(seed));
  }

  frames() {
    return Math.round((this.glide / 1000) * this.rate);
  }

  /** The latents of the next frame; overwritten by the next call. */
  next() {
    const { z, manual, attributes, info } = this;
    manual.advance();
    attributes.advance();
    const source = this.sources[this.source];
    z.fill(0);
    source?.steer?.(manual.value, attributes.value);
    source?.next(z, this.settings);
    const push = source?.steer ? 1 - this.lead : 1;
    for (let n = 0; n < z.length; n += 1) z[n] += push * manual.value[n];
    this.sharpen();
    info.attributes.forEach(({ direction }, at) => {
      const amount = attributes.value[at];
      if (amount) for (let n = 0; n < z.length; n += 1) z[n] += amount * direction[n];
    });
    for (let n = 0; n < z.length; n += 1) z[n] = within(z[n], -BOUND, BOUND);
    return z;
  }

  /** Attributes that are a contrast: how far latents deviate from their moving mean. */
  sharpen() {
    const { z, mean, info } = this;
    if (!info.attributes.some(({ method }) => method === "contrast")) return;
    const forget = Math.min(1, 1 / (CONTRAST_SECONDS * this.rate));
    for (let n = 0; n < z.length; n += 1) mean[n] += forget * (z[n] - mean[n]);
    let gain = 1;
    info.attributes.forEach(({ method }, at) => {
      if (method === "contrast") gain *= 1 + Math.max(-1, CONTRAST_GAIN * this.attributes.value[at]);
    });
    for (let n = 0; n < z.length; n += 1) z[n] += (gain - 1) * (z[n] - mean[n]);
  }
}
