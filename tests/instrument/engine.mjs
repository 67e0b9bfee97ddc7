// Lets the engine of the instrument run in node: node engine.mjs FOLDER < questions, as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const load = (name) => import(pathToFileURL(`${process.argv[2]}/${name}`).href);
const { Controls } = await load("controls.js");
const { Draws } = await load("draws.js");
const { readMemory } = await load("memory-file.js");
const { mix } = await load("mixing.js");
const { Resampler } = await load("resampling.js");
const { Supply } = await load("supply.js");
const { WalkSource } = await load("walk.js");
const asked = JSON.parse(readFileSync(0, "utf8"));

/** Random numbers that Python has drawn, in their order. */
class Queue {
  constructor(drawn) {
    this.drawn = drawn[Symbol.iterator]();
  }

  take(kind) {
    const [drawn, value] = this.drawn.next().value ?? [];
    if (drawn !== kind) throw new Error(`${kind} was asked for, ${drawn} was drawn`);
    return value;
  }

  uniform = () => this.take("uniform");
  integer = () => this.take("integer");
  exponential = () => this.take("exponential");
}

const answers = {
  async play({ info, memory, draws, messages, frames }) {
    const read = memory && (await readMemory(new Uint8Array(readFileSync(memory))));
    const controls = new Controls(info, read);
    if (draws) controls.sources.memory.begin(new Queue(draws));
    const rows = [];
    for (let frame = 0; frame < frames; frame += 1) {
      for (const [at, address, values] of messages) if (at === frame) controls.set(address, values);
      rows.push([...controls.next()]);
    }
    return { rows, status: controls.status };
  },
  walk({ info, seed, steps }) {
    const walk = new WalkSource(info);
    walk.begin(new Draws(seed));
    const row = new Float32Array(info.latent_dim);
    return Array.from({ length: steps }, () => (walk.draw(row), [...row]));
  },
  mix({ block, channels, from, to }) {
    const samples = Float32Array.from(block);
    return { peak: mix(samples, channels, from, to), block: [...samples] };
  },
  // A device that pulls at some times, and a machine that decodes a frame in some time.
  supply({ rate, pulls, hop, takes }) {
    const supply = new Supply(rate);
    let [now, pulled, played, interruptions, block] = [0, 0, 0, 0, null];
    const begin = (begun) => {
      const frames = Math.ceil(supply.lacking / hop);
      return { begun, size: frames * hop, ends: begun + frames * takes };
    };
    const send = ({ size, begun, ends }) => {
      supply.send(size, begun, (now = ends));
      block = null;
    };
    return pulls.map(([at, size, delay]) => {
      while ((block ??= begin(now + supply.wait(now))).ends <= at) send(block);
      const there = supply.rendered - played;
      if (there < size) interruptions += 1;
      played += Math.min(there, size);
      pulled += size;
      // What is told while it decodes is heard after that.
      if (block.begun < at + delay) send(block);
      block = null;
      now = Math.max(now, at + delay);
      supply.hear({ pulled, played, interruptions }, now);
      return { early: supply.early, waits: supply.waits, waiting: supply.waiting, interruptions };
    });
  },
  resample({ from, to, channels, blocks }) {
    const resampler = new Resampler(from, to, channels);
    return blocks.map((block) => [...resampler.push(Float32Array.from(block))]);
  },
  draws({ seed, count }) {
    const draws = new Draws(seed);
    const many = (kind) => Array.from({ length: count }, () => draws[kind](10));
    return { uniform: many("uniform"), integer: many("integer"), normal: many("normal") };
  },
};

const [name] = Object.keys(asked);
console.log(JSON.stringify(await answers[name](asked[name])));
