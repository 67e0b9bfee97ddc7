// Plays a stream artifact with onnxruntime-web, in node: a host to copy from.
//
//   node host.js jazz.onnx --wav take.wav                             ten seconds of a walk
//   node host.js jazz.onnx --latents z.f32 --raw sound.f32 --block 4  float32 rows, D to a frame

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-web";
import { description, walk } from "./artifact.js";

const names = ["latents", "seconds", "block", "raw", "wav"];
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
});
const model = new Uint8Array(readFileSync(positionals[0]));
const info = description(model);
if (![2, 3].includes(info.schema) || info.kind !== "stream") {
  console.error(`${positionals[0]} is no stream artifact of schema 2 or 3`);
  process.exit(1);
}
const { latent_dim: D, state_size: S, hop, channels, sample_rate: rate } = info;
const latents = options.latents
  ? new Float32Array(new Uint8Array(readFileSync(options.latents)).buffer)
  : walk(info, Number(options.seconds ?? 10));

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(model);
const sound = new Float32Array((latents.length / D) * hop * channels);
const block = Number(options.block ?? 4) * D;
let state = new ort.Tensor("float32", new Float32Array(S), [1, S]);
for (let start = 0; start < latents.length; start += block) {
  const rows = latents.slice(start, start + block);
  const latent = new ort.Tensor("float32", rows, [1, rows.length / D, D]);
  const { audio, next_state } = await session.run({ latent, state });
  if (!audio.data.every(Number.isFinite)) throw new Error("latents beyond what it can compute");
  state = next_state; // only now: a refused block must leave no trace
  sound.set(audio.data, (start / D) * hop * channels); // here a live host plays the block
}

const bytes = Buffer.from(sound.buffer);
if (options.raw) writeFileSync(options.raw, bytes);
if (options.wav) {
  const head = Buffer.from("RIFF....WAVEfmt ....................data....");
  [[4, 36 + bytes.length], [16, 16], [20, 3 + channels * 65536], [24, rate], // 3: float
    [28, rate * channels * 4], [32, channels * 4 + 32 * 65536], [40, bytes.length]]
    .forEach(([at, value]) => head.writeUInt32LE(value, at));
  writeFileSync(options.wav, Buffer.concat([head, bytes]));
}
console.log(`${(sound.length / channels / rate).toFixed(1)} s of ${info.genre}`);
