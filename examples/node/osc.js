// OSC 1.0 in forty lines: copy this file into your own project. Types: f, i and s, bundles, and the
// length prefix that separates packets in a TCP stream.

'use strict';

/** A string as OSC has it: ended by a zero, filled up to four bytes. */
const text = (value) => {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([bytes, Buffer.alloc(4 - (bytes.length % 4))]);
};

const number = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value); // all numbers as floats: JavaScript has no other kind
  return bytes;
};

const message = ([address, ...values]) => {
  const types = values.map((value) => (typeof value === 'string' ? 's' : 'f')).join('');
  const rest = values.map((value) => (typeof value === 'string' ? text(value) : number(value)));
  return Buffer.concat([text(address), text(`,${types}`), ...rest]);
};

/** One packet: `encode(['/gain', -6])`, or a bundle of several that take effect together. */
function encode(...messages) {
  if (messages.length === 1) return message(messages[0]);
  const parts = messages.map((each) => framed(message(each)));
  return Buffer.concat([text('#bundle'), Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), ...parts]);
}

/** `[address, values]` of a packet; the daemon answers with single messages of `i f s` only. */
function decode(data) {
  let at = 0;
  const word = () => {
    const end = data.indexOf(0, at);
    const found = data.toString('utf8', at, end);
    at = (end & ~3) + 4;
    return found;
  };
  const read = { f: () => data.readFloatBE(at), i: () => data.readInt32BE(at) };
  const address = word();
  const values = [...word().slice(1)].map((type) => {
    if (type === 's') return word();
    const value = read[type]();
    at += 4;
    return value;
  });
  return [address, values];
}

/** A packet behind its length, as TCP carries it. */
function framed(packet) {
  const size = Buffer.alloc(4);
  size.writeInt32BE(packet.length);
  return Buffer.concat([size, packet]);
}

/** Takes a TCP stream's pieces as they come, and calls `onpacket` for each whole packet. */
function unframe(onpacket) {
  let rest = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      onpacket(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  };
}

module.exports = { encode, decode, framed, unframe };
