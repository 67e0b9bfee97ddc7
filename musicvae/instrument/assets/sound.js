// The way of the sound: a worker for each voice, which decodes, and the audio thread, which plays.

/** Where the files are, as seen from the page. */
const address = (path) => new URL(path, document.baseURI).href;

export class Sound {
  /**
   * @param {{script: string, wasm: string}} runtime paths of its files
   * @param {(told: object) => void} tell what voices and the audio thread say
   */
  constructor(runtime, tell) {
    this.runtime = { script: address(runtime.script), wasm: address(runtime.wasm) };
    Object.assign(this, { tell, context: null, voice: null, coming: null });
  }

  get playing() {
    return this.context?.state === "running";
  }

  /** Begin to play a model; where another one plays, it goes on until this one can. */
  async load({ info, file, memory }, values) {
    await this.open(info);
    this.coming?.terminate();
    const worker = new Worker(address("instrument/engine/worker.js"), { type: "module" });
    const { port1, port2 } = new MessageChannel();
    this.coming = worker;
    const begun = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.failed) reject(new Error(data.failed));
        else if (data.ready) resolve();
        else if (worker === this.voice) this.tell(data);
      };
      worker.onerror = (event) => reject(new Error(event.message || "a script is missing"));
    });
    const open = { runtime: this.runtime, model: address(file), info, port: port1, values };
    worker.postMessage({ open: { ...open, memory: memory && address(memory) } }, [port1]);
    try {
      await begun;
    } catch (error) {
      worker.terminate();
      if (this.coming === worker) this.coming = null;
      throw error;
    }
    if (this.coming !== worker) return; // another one was chosen meanwhile
    this.node.port.postMessage({ port: port2, channels: info.channels }, [port2]);
    this.turn(worker);
  }

  /** From now on this worker is obeyed; the one before ends when it is no longer heard. */
  turn(worker) {
    const before = this.voice;
    Object.assign(this, { voice: worker, coming: null });
    if (before) this.over = [...(this.over ?? []), before];
  }

  /** The audio thread, at the sample rate of the model: the browser converts it to the device's. */
  async open({ sample_rate: sampleRate }) {
    if (this.context?.sampleRate === sampleRate) return;
    await this.close();
    const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
    this.context = context;
    context.onstatechange = () => this.tell({ state: context.state });
    await context.audioWorklet.addModule(address("instrument/player.js"));
    this.node = new AudioWorkletNode(context, "player", { numberOfInputs: 0, outputChannelCount: [2] });
    this.node.port.onmessage = ({ data }) => this.hear(data);
    this.node.connect(context.destination);
  }

  hear(data) {
    if (data.changed) this.over?.shift()?.terminate();
    else this.tell(data);
  }

  async close() {
    for (const worker of [this.voice, ...(this.over ?? [])]) worker?.terminate();
    Object.assign(this, { voice: null, over: [] });
    await this.context?.close();
    this.context = null;
  }

  /** Pass on what was set; a voice that is being loaded hears of it, too, once it is there. */
  set(path, values) {
    for (const worker of [this.voice, this.coming]) worker?.postMessage({ set: [path, values] });
  }

  resume() {
    return this.context?.resume();
  }

  suspend() {
    return this.context?.suspend();
  }

  /** Seconds that the browser and the device need for sound that is rendered. */
  get delay() {
    const { baseLatency = 0, outputLatency = 0 } = this.context ?? {};
    return Math.max(baseLatency, outputLatency || 0);
  }
}
