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
    Object.assign(this, { tell, context: null, voice: null, coming: null, over: [] });
  }

  get playing() {
    return this.context?.state === "running";
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
    const open = { runtime: this.runtime, model: address(file), info, port: port1, values };
    worker.postMessage({ open: { ...open, memory: memory && address(memory) } }, [port1]);
    this.coming = { model, worker, port, ready };
    return this.coming;
  }

  /** Play a model; where another one plays, it goes on until this one can. */
  async load(model, values) {
    await this.open(model.info);
    const coming = this.prepare(model, values);
    try {
      await coming.ready;
    } catch (error) {
      coming.worker.terminate();
      if (this.coming === coming) this.coming = null;
      throw error;
    }
    if (this.coming !== coming) return; // another one was chosen meanwhile
    this.node.port.postMessage({ port: coming.port, channels: model.info.channels }, [coming.port]);
    if (this.voice) this.over.push(this.voice); // until it is no longer heard
    Object.assign(this, { voice: coming.worker, coming: null });
  }

  /** The audio thread, at the sample rate of the model: the browser converts it to the device's. */
  open({ sample_rate: sampleRate }) {
    if (this.context?.sampleRate !== sampleRate) this.opened = this.begin(sampleRate, this.context);
    return this.opened;
  }

  /** Without a pause before the context: some browsers want it made where a hand asked for it. */
  async begin(sampleRate, before) {
    const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
    this.context = context;
    for (const worker of [this.voice, ...this.over]) worker?.terminate();
    Object.assign(this, { voice: null, over: [] });
    context.onstatechange = () => this.tell({ state: context.state });
    await before?.close();
    await context.audioWorklet.addModule(address("instrument/player.js"));
    this.node = new AudioWorkletNode(context, "player", { numberOfInputs: 0, outputChannelCount: [2] });
    this.node.port.onmessage = ({ data }) => this.hear(data);
    this.node.connect(context.destination);
  }

  hear(data) {
    if (data.changed) this.over.shift()?.terminate();
    else this.tell(data);
  }

  /** Pass on what was set; a voice that is being loaded hears of it, too, once it is there. */
  set(path, values) {
    for (const worker of [this.voice, this.coming?.worker]) worker?.postMessage({ set: [path, values] });
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
