// What every part of the page needs, as of the control page: here nothing is sent over a network,
// but to the instrument itself, which has some of the addresses of musicvae live.

import { Store } from "../page/store.js";
import { local } from "../page/controls.js";
import { Sound } from "./sound.js";

const DECK = "/deck/a";

export class Stage {
  /** @param {object} index the contents of instrument.json */
  constructor(index) {
    this.index = index;
    this.store = new Store();
    this.sound = new Sound(index, (told) => this.hear(told));
  }

  /** Choose a model: its addresses are there at once, its sound as soon as it is loaded. */
  choose(name) {
    this.model = this.index.models.find((model) => model.name === name) ?? this.index.models[0];
    const { space, memory } = this.model;
    const kept = [...this.store.values].filter(([path]) => local(path) in space);
    const seed = Math.floor(Math.random() * 1_000_000);
    const first = { "/seed": [seed], "/walk": [1, 1], "/continuity": [4], "/temperature": [1] };
    Object.assign(first, { "/region": [0, 1], "/lead": [0], "/gain": [0], "/glide": [20] });
    this.store.values = new Map(Object.entries(first).map(([path, values]) => [DECK + path, values]));
    for (const path of Object.keys(space)) {
      if (/^\/(latent|attr)\//.test(path)) this.store.values.set(DECK + path, [0]);
    }
    for (const [path, values] of kept) this.store.values.set(path, values);
    this.store.values.delete(`${DECK}/memory/place`);
    // What only hands move stays so; otherwise a memory, where there is one.
    const [source] = this.store.of(`${DECK}/source`) ?? [];
    if (source !== "held") this.store.values.set(`${DECK}/source`, [memory ? "memory" : "walk"]);
  }

  get values() {
    return [...this.store.values].map(([path, given]) => [local(path), given]);
  }

  /** Load what was chosen, so that it can play at once. */
  prepare() {
    this.sound.prepare(this.model, this.values);
  }

  /** Play what was chosen. */
  load() {
    return this.sound.load(this.model, this.values);
  }

  node(path) {
    return this.model.space[local(path)];
  }

  /** The addresses below a path whose last part is a name or a number, in their order. */
  below(path) {
    const inside = `${local(path)}/`;
    return Object.keys(this.model.space)
      .filter((one) => one.startsWith(inside))
      .map((one) => DECK + one);
  }

  send(path, ...values) {
    this.store.hear({ address: "/get.reply", values: [path, ...values] });
    this.sound.set(local(path), values);
    return true;
  }

  hear(told) {
    const { store } = this;
    if (told.trouble) store.tell("trouble", told.trouble);
    if (told.state) store.tell("state", told.state);
    if ("late" in told) this.late = told.late;
    if (!told.sounding) return;
    store.tell("sounding a", told.sounding);
    store.tell("peak", told.peak);
    store.tell("status", {
      ...told,
      latency: 1000 * (told.waits + this.sound.output.delay),
      late: this.late ?? 0,
    });
  }
}
