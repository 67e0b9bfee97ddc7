// A performance of one minute from node alone: no packages, OSC over UDP or TCP.
//
//   node play.js                  to `musicvae live` on this machine
//   node play.js --tcp            over TCP: nothing is lost, and answers come down the connection
//   node play.js --pace 0.5       in half the time
//
// The piece is the one of ../python/play.py. Change `score` and play your own.

'use strict';

const dgram = require('node:dgram');
const net = require('node:net');
const { encode, decode, framed, unframe } = require('./osc.js');

const score = [
  [0, ['/gain', -96], ['/source', 'held'], ['/latent', 0, 0], ['/play', 1]],
  [0.5, ['/gain', -6], ['/glide', 4000]],
  [4, ['/latent/0', 1.5]],
  [10, ['/latent/0', -1], ['/latent/1', 1.5]],
  [18, ['/glide', 30]],
  ...circle(20, 8, 25),
  [30, ['/source', 'walk'], ['/walk', 1, 0.7]],
  [38, ['/walk', 2, 1.2]],
  [44, ['/freeze', 1]],
  [47, ['/freeze', 0]],
  [52, ['/source', 'held'], ['/glide', 4000], ['/latent', 0, 0]],
  [56, ['/gain', -96]],
  [60, ['/play', 0]],
];

/** The first two latents on a circle, as a hand on a pad would draw it. */
function circle(start, seconds, rate) {
  return Array.from({ length: seconds * rate }, (_, step) => {
    const angle = (2 * Math.PI * step) / (seconds * rate);
    return [start + step / rate, ['/latent', 1.5 * Math.cos(angle), 1.5 * Math.sin(angle)]];
  });
}

/** A connection: `send(packet)` and `onmessage(address, values)`, whatever carries it. */
async function connect(options, onmessage) {
  if (!options.tcp) {
    // Answers come to the socket that asked, so node needs no /replyport.
    const socket = dgram.createSocket('udp4');
    socket.on('message', (data) => onmessage(...decode(data)));
    socket.on('error', () => {}); // some systems report that nobody listens: `status` says so too
    const send = (packet) => socket.send(packet, options.port, options.host);
    return { send, close: () => socket.close() };
  }
  const socket = net.connect(options.port, options.host);
  socket.setNoDelay(true); // a gesture must not wait for the next one
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('data', unframe((data) => onmessage(...decode(data))));
  return { send: (packet) => socket.write(framed(packet)), close: () => socket.end() };
}

const sleep = (seconds) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds) * 1000));

async function main(options) {
  const waiting = new Map();
  const connection = await connect(options, (address, values) => {
    if (waiting.has(address)) waiting.get(address)(values);
    else console.log(address, ...values);
  });
  const status = async () => {
    const answered = new Promise((resolve) => waiting.set('/status.reply', resolve));
    connection.send(encode(['/status']));
    const values = await Promise.race([answered, sleep(2).then(() => null)]);
    if (values === null) {
      const mend = 'start `musicvae live jazz` first';
      throw new Error(`nobody answers on port ${options.port}: ${mend}`);
    }
    const pairs = values.flatMap((value, i) => (i % 2 ? [] : [[value, values[i + 1]]]));
    const fields = Object.fromEntries(pairs);
    if (fields.latents) return fields;
    await sleep(0.2); // a daemon that has just begun is still loading
    return status();
  };
  try {
    const who = await status();
    console.log(`${who.model} (${who.genre}) has ${who.latents} latents`);
    const started = performance.now();
    for (const [moment, ...messages] of score) {
      await sleep(moment * options.pace - (performance.now() - started) / 1000);
      connection.send(encode(...messages));
    }
    const how = await status();
    const refused = how.messages_refused - who.messages_refused;
    console.log(`${refused} messages refused, ${how.underruns} underruns`);
  } finally {
    connection.close();
  }
}

const { values } = require('node:util').parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '7700' },
    pace: { type: 'string', default: '1' },
    tcp: { type: 'boolean', default: false },
  },
});
main({ ...values, port: Number(values.port), pace: Number(values.pace) }).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
