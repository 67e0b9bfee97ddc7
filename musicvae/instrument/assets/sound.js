// The way of the sound: a worker for each voice, which decodes, and the audio thread, which plays.

import { address } from "./files.js";
import { Output } from "./output.js";

export class Sound {
  /**
   * @param {{runtime: {script: string, wasm: string}, models: object[]}} index of instrument.json
   * @param {(told: object) => void} tell what voices and the audio thread say
   */
  constructor({ runtime, models }, tell) {
    this.runtime = { script: address(runtime.script), wasm: address(runtime.wasm) };
    // One rate for all models, so that each can take over from any other one.
    this.rate = Math.max(...models.map(({ info }) => info.sample_rate));
    this.output = new Output(this.rate, (told) => this.hear(told));
    Object.assign(this, { tell, voice: null, coming: null, over: [] });
  }

  /** Load a model in a worker of its own, so that it can sound at once; nothing is heard yet. */
  prepare(model, values) {
    if (this.coming?.model === model) return this.coming;
    this.coming?.worker.terminate();
    const { info, file, memory } = model;
    const worker = new Worker(address("instrument/engine/worker.js"), { type: "module" });
    const { port1, port2: port } = new MessageChannel();
    const ready = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.failed) reject(new Error(data.failed));
        else if (data.ready) resolve();
        else if (worker === this.voice) this.tell(data);
      };
      worker.onerror = (event) => reject(new Error(event.message || "a script is missing"));
    });
    ready.catch(() => {}); // whoever waits for it hears of it
    const open = { runtime: this.runtime, model: address(file), info, rate: this.rate, port: port1, values };
    worker.postMessage({ open: { ...open, memory: memory && address(memory) } }, [port1]);
    this.coming = { model, worker, port, ready };
    return this.coming;
  }

  /** Play a model; where another one plays, it goes on until this one can. */
  async load(model, values) {
    const opened = this.output.open(); // first: browsers want it where a hand asked for it
    const coming = this.prepare(model, values);
    try {
      await Promise.all([opened, coming.ready]);
    } catch (error) {
      coming.worker.terminate();
      if (this.coming === coming) this.coming = null;
      throw error;
    }
    if (this.coming !== coming) return; // another one was chosen meanwhile
    this.output.add(coming.port, model.info.channels);
    if (this.voice) this.over.push(this.voice); // until it is no longer heard
    Object.assign(this, { voice: coming.worker, coming: null });
  }

  hear(told) {
    if (told.changed) this.over.shift()?.terminate();
    else this.tell(told);
  }

  /** Pass on what was set; a voice that is being loaded hears of it, too, once it is there. */
  set(path, values) {
    for (const worker of [this.voice, this.coming?.worker]) worker?.postMessage({ set: [path, values] });
  }
}
