// What a host in JavaScript must know of an artifact besides running it: its description, and how
// its latents go on. Nothing here needs node; it works in a browser too.

/** The description in a model's bytes; onnxruntime-web does not show a file's metadata. */
export function description(model) {
  for (const [number, entry] of fields(model)) {
    if (number !== 14) continue; // ModelProto.metadata_props
    const [key, value] = [...fields(entry)].map(([, text]) => new TextDecoder().decode(text));
    if (key === "musicvae") return JSON.parse(value);
  }
  return { schema: 0, kind: "foreign" };
}

/** Number and bytes of each field of a protobuf message; the bytes of a plain number are empty. */
function* fields(data) {
  let at = 0;
  const varint = () => {
    let [value, place, byte] = [0, 1, 0];
    do {
      byte = data[at++];
      value += (byte & 127) * place;
      place *= 128;
    } while (byte > 127);
    return value;
  };
  const sizes = { 0: () => (varint(), 0), 1: () => 8, 2: varint, 5: () => 4 };
  while (at < data.length) {
    const tag = varint();
    const size = sizes[tag % 8]();
    yield [Math.floor(tag / 8), data.subarray(at, (at += size))];
  }
}

/** Latents that move as those of music do: Float32Array, D numbers for each frame. */
export function walk(info, seconds) {
  const { matrix, noise, rate } = info.dynamics;
  const root = noise.map((row) => row.map(() => 0)); // Cholesky: noise = root · rootᵀ
  for (let i = 0; i < root.length; i++)
    for (let j = 0; j <= i; j++) {
      const rest = noise[i][j] - dot(root[i].slice(0, j), root[j]);
      root[i][j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / root[j][j];
    }
  const latents = [];
  let z = noise.map(() => 0);
  for (let step = 0; step < Math.round(seconds * rate); step++) {
    const drawn = noise.map(normal);
    z = matrix.map((row, k) => dot(row, z) + dot(root[k], drawn));
    const row = z.map((value, k) => value + info.latents[k].mean);
    for (let frame = 0; frame < info.stride; frame++) latents.push(...row); // held, as in training
  }
  return Float32Array.from(latents);
}

const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);
const normal = () =>
  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
