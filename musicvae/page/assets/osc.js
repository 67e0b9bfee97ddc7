// OSC messages as bytes, and back: the types i, f and s, which are all that the daemon sends.

const texts = new TextEncoder();
const letters = new TextDecoder();

function padded(text) {
  const bytes = texts.encode(text);
  const whole = new Uint8Array((bytes.length & ~3) + 4);
  whole.set(bytes);
  return whole;
}

function argument(value) {
  if (typeof value === "string") return ["s", padded(value)];
  const view = new DataView(new ArrayBuffer(4));
  const whole = Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  if (whole) view.setInt32(0, value);
  else view.setFloat32(0, value);
  return [whole ? "i" : "f", new Uint8Array(view.buffer)];
}

/** One message; whole numbers are sent as i, which the daemon takes for any number. */
export function encode(address, ...values) {
  const found = values.map(argument);
  const tags = `,${found.map(([tag]) => tag).join("")}`;
  const parts = [padded(address), padded(tags), ...found.map(([, bytes]) => bytes)];
  const packet = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    packet.set(part, at);
    at += part.length;
  }
  return packet;
}

/** The address and the values of a message; throws a RangeError if it is cut short. */
export function decode(buffer) {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  let at = 0;
  const text = () => {
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new RangeError("a text without end");
    const found = letters.decode(bytes.subarray(at, end));
    at = (end & ~3) + 4;
    return found;
  };
  const address = text();
  const values = [];
  for (const tag of text().slice(1)) {
    if (tag === "s") values.push(text());
    else {
      values.push(tag === "i" ? view.getInt32(at) : view.getFloat32(at));
      at += 4;
    }
  }
  return { address, values };
}
