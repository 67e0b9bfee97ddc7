// Reads a memory: encoded tracks, and the joints between them. docs/memory.md describes the file.

const MAGIC = "MVMEM01\n";
const NONE = 0xffff;

/** @param {Uint8Array} data the whole file */
export async function readMemory(data) {
  if (new TextDecoder("latin1").decode(data.subarray(0, 8)) !== MAGIC) {
    throw new Error("this file is not a memory");
  }
  const start = 12 + new DataView(data.buffer, data.byteOffset).getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(data.subarray(12, start)));
  const body = await inflated(data.subarray(start));
  const { steps, joints, neighbours, latent_dim: width, attributes = [] } = header;
  let at = 0;
  const take = (Kind, count) => {
    const bytes = body.slice(at, (at += count * Kind.BYTES_PER_ELEMENT));
    return new Kind(bytes.buffer);
  };
  const memory = {
    header,
    codes: summed(take(Uint8Array, steps * width), width),
    joints: summed(take(Uint32Array, joints), 1),
    onsets: take(Uint8Array, joints),
    phases: take(Uint8Array, joints),
    neighbours: take(Uint16Array, joints * neighbours),
    measured: take(Uint8Array, joints * attributes.length),
  };
  if (at !== body.length) throw new Error("this memory is damaged");
  memory.codes = new Int8Array(memory.codes.buffer);
  let end = 0;
  memory.ends = header.parts.map(([, , length]) => (end += length));
  memory.rate = header.sample_rate / header.hop / header.stride;
  return memory;
}

/** The neighbours of a joint that the file knows, the nearest first. */
export function neighboursOf({ header, neighbours }, joint) {
  const ways = header.neighbours;
  return [...neighbours.subarray(joint * ways, (joint + 1) * ways)].filter((n) => n !== NONE);
}

/** Rows from the differences of each to the one before; numbers of 8 bits overflow as they should. */
function summed(moves, width) {
  for (let n = width; n < moves.length; n += 1) moves[n] += moves[n - width];
  return moves;
}

async function inflated(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
