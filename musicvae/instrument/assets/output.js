// The audio device, and the thread that plays into it.

import { address } from "./files.js";

export class Output {
  /** @param {number} rate in Hz, @param {(told: object) => void} tell what happens */
  constructor(rate, tell) {
    Object.assign(this, { rate, tell, context: null });
  }

  get playing() {
    return this.context?.state === "running";
  }

  /** Seconds that the browser and the device need for sound that is rendered. */
  get delay() {
    const { baseLatency = 0, outputLatency = 0 } = this.context ?? {};
    return Math.max(baseLatency, outputLatency || 0);
  }

  open() {
    this.opened ??= this.begin();
    return this.opened;
  }

  /**
   * Without a pause before the context: some browsers want it made where a hand asked for it. They
   * offer smaller buffers than the interactive ones, but then miss some on a busy machine.
   */
  async begin() {
    this.context = new AudioContext({ sampleRate: this.rate, latencyHint: "interactive" });
    this.context.onstatechange = () => this.tell({ state: this.context.state });
    await this.context.audioWorklet.addModule(address("instrument/player.js"));
    const options = { numberOfInputs: 0, outputChannelCount: [2] };
    this.node = new AudioWorkletNode(this.context, "player", options);
    this.node.port.onmessage = ({ data }) => this.tell(data);
    const { port1, port2 } = new MessageChannel();
    this.node.port.postMessage({ echo: [port1, port2] }, [port1, port2]);
    this.node.connect(this.context.destination);
  }

  /** Play what comes through a port, as soon as it can sound. */
  add(port, channels) {
    this.node.port.postMessage({ port, channels }, [port]);
  }

  resume() {
    return this.context?.resume();
  }

  suspend() {
    return this.context?.suspend();
  }
}
