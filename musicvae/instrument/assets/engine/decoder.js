// Runs the decoder of a stream: latents in, sound out. Its state goes from block to block.

/** What a packed file begins with. */
const PACKED = [0x1f, 0x8b];
/** Milliseconds of decoding before its speed is measured. */
const WARM = 400;
/** So many times faster than the music, blocks need not be longer. */
const SPARE = 3;
/** Seconds that a block lasts at most. */
const LONGEST = 0.1;

/**
 * The runtime, with one thread: more would need headers that static hosts cannot set.
 * @param {{script: string, wasm: string}} files addresses
 */
export async function openRuntime({ script, wasm }) {
  const [ort, binary] = await Promise.all([import(script), read(wasm)]);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = await unpacked(binary);
  return ort;
}

/** The bytes of a file; says which one is missing. */
export async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${new URL(address).pathname} is missing (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Some servers say that a packed file is packed, and browsers unpack it then. */
async function unpacked(data) {
  if (!PACKED.every((byte, n) => data[n] === byte)) return data.buffer;
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

export class Decoder {
  static async open(ort, model, info) {
    const decoder = new Decoder();
    Object.assign(decoder, { ort, info, session: await ort.InferenceSession.create(model) });
    decoder.reset();
    return decoder;
  }

  reset() {
    const { state_size: size } = this.info;
    this.state = new this.ort.Tensor("float32", new Float32Array(size), [1, size]);
  }

  /**
   * The sound of the next frames: channels interleaved. After an error the state is what it was.
   * @param {Float32Array} rows D latents for each frame
   */
  async push(rows) {
    const { latent_dim: width } = this.info;
    const latent = new this.ort.Tensor("float32", rows, [1, rows.length / width, width]);
    const { audio, next_state: state } = await this.session.run({ latent, state: this.state });
    if (!audio.data.every(Number.isFinite) || !state.data.every(Number.isFinite)) {
      throw new RangeError("latents beyond what the decoder can compute");
    }
    this.state = state;
    return audio.data;
  }

  /**
   * How many frames to decode at once at least: few, so that a hand is heard soon, but as many as
   * the music needs to be decoded with time to spare; and so many times faster than they last.
   */
  async pace() {
    const { hop, sample_rate: rate, latent_dim: width } = this.info;
    let best = { frames: 1, speed: 0 };
    const warm = performance.now() + WARM; // meanwhile browsers compile it again, better
    while (performance.now() < warm) await this.push(new Float32Array(width));
    for (let frames = 1; frames === 1 || frames * hop < LONGEST * rate; frames *= 2) {
      const speed = await this.time(frames, new Float32Array(frames * width));
      if (speed > best.speed) best = { frames, speed };
      if (speed >= SPARE) break;
    }
    this.reset();
    return best;
  }

  /** How many times faster than it plays it decodes some blocks. */
  async time(frames, rows) {
    await this.push(rows); // of a length that is new to it
    const begun = performance.now();
    for (let block = 0; block < 8; block += 1) await this.push(rows);
    const took = Math.max(0.01, performance.now() - begun);
    return (8 * 1000 * frames * this.info.hop) / this.info.sample_rate / took;
  }
}
