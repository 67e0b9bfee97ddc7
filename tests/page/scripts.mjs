// Tries the scripts of the page that need no browser: node scripts.mjs FOLDER HEX…
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

const [folder, ...packets] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`).href);
const { decode, encode } = await load("osc.js");
const { place, say, scaleOf, valueAt } = await load("scale.js");
const { Store, pairs } = await load("store.js");
const { length, nearer, Points, thinned } = await load("points.js");

// Scales: there and back, with curves, ends and words.
const glide = scaleOf("/glide", { TYPE: "f", RANGE: [{ MIN: 0, MAX: 600000 }], UNIT: ["time.ms"] });
for (const share of [0, 0.3, 1]) assert.ok(Math.abs(place(glide, valueAt(glide, share)) - share) < 1e-9);
assert.equal(place(glide, 600000), 1);
assert.equal(say(glide, 20), "20 ms");
assert.equal(say(glide, 2500), "2.5 s");
const gain = scaleOf("/gain", { TYPE: "f", RANGE: [{ MIN: -96, MAX: 12 }], UNIT: ["gain.db-raw"] });
assert.equal(valueAt(gain, 0), -96);
assert.equal(say(gain, -96), "silence");
assert.equal(say(gain, -0.01), "0.0 dB");
const latent = scaleOf("/latent/3", { TYPE: "f", RANGE: [{ MIN: -2, MAX: 2.5 }] });
assert.equal(valueAt(latent, 2), 2.5);
assert.equal(say(latent, -1.5), "−1.50");

// The store: values, elements, models, lists.
const store = new Store();
const told = [];
store.on("/deck/a/latent/1", ([value]) => told.push(value));
const off = store.on("/deck/a/gain", ([value]) => told.push(value));
const hear = (address, ...values) => store.hear({ address, values });
hear("/get.reply", "/deck/a/latent", 0, 0.5);
hear("/get.reply", "/deck/a/latent", 1, 0.5);
hear("/get.reply", "/deck/a/gain", -3);
off();
hear("/get.reply", "/deck/a/gain", -4);
assert.deepEqual(told, [0.5, -3]);
assert.deepEqual(store.of("/deck/a/latent/0"), [1]);
assert.equal(store.of("/deck/a/latent/7"), undefined);
hear("/get.reply", "/deck/a/model/load", "punk");
assert.equal(store.of("/deck/a/gain"), undefined);
const lists = [];
store.on("/deck/b/preset/list", (rows) => lists.push(rows));
hear("/preset/list.reply", "one");
hear("/preset/list.reply", "one"); // asked twice, by two pages
hear("/preset/list.reply", "two");
hear("/done", "/deck/b/preset/list", 2);
hear("/done", "/deck/b/preset/list", 0);
assert.deepEqual(lists, [[["one"], ["two"]], []]);
assert.deepEqual(pairs(["load", 0.5, "late", 3]), { load: 0.5, late: 3 });

// The map: points by memory and style, in any order, the same twice; and ways.
const points = new Points(() => "#62b8ea");
const heard = [];
store.on("map a", (address, values) => {
  heard.push(address);
  points.hear(address, values);
});
for (let twice = 0; twice < 2; twice += 1) {
  hear("/map.reply", "a", "jazz", 3, "bass", "");
  hear("/map/points.reply", "a", "jazz", "swing", 1, 0.5, 0.75);
  hear("/map/points.reply", "a", "jazz", "swing", 0, 0, 0.25);
  hear("/map/points.reply", "a", "jazz", "bebop", 0, 1, 1);
  hear("/map.reply", "b", "metal", 1, "", ""); // of the other deck
}
assert.equal(heard.length, 8);
assert.equal(points.count("jazz"), 3);
assert.equal(points.count("metal"), 0);
assert.deepEqual(points.axes, ["bass", ""]);
assert.deepEqual(points.memories.get("jazz").get("swing"), [0, 0.25, 0.5, 0.75]);
const [[first, colour], [second, other]] = points.styles("jazz");
assert.deepEqual([first, second], ["swing", "bebop"]);
assert.equal(colour, "#62b8ea"); // that of the deck
assert.notEqual(colour, other);
const way = Array.from({ length: 500 }, (_, at) => [at / 499, 0.5]);
assert.ok(Math.abs(length(way) - 1) < 1e-9);
assert.equal(length([[0.5, 0.5]]), 0);
const fewer = thinned(way);
assert.equal(fewer.length, 64);
assert.deepEqual([fewer[0], fewer.at(-1)], [way[0], way.at(-1)]);
assert.deepEqual(nearer([0, 0], [1, 2], 0.25), [0.25, 0.5]);

// OSC: what Python wrote, read here and written again.
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const again = packets.map((text) => {
  const { address, values } = decode(new Uint8Array(Buffer.from(text, "hex")).buffer);
  return { address, values, bytes: hex(encode(address, ...values)) };
});
assert.throws(() => decode(new Uint8Array([47, 97]).buffer), RangeError);
console.log(JSON.stringify(again));
