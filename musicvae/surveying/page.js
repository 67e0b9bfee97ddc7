"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const tracks = data.tracks, player = new Audio();
const colours = ["#26667f", "#d1793b", "#6a8f3c", "#8a5a9e", "#b59a26", "#4a9aa8", "#a94f6f", "#7d8792"];
const $ = (id) => document.getElementById(id);
const make = (tag, set = {}, ...inside) => {
  const node = Object.assign(document.createElement(tag), set);
  node.append(...inside);
  return node;
};
const draw = (tag, set) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(set)) node.setAttribute(name, value);
  return node;
};
const why = (track) => track.why || (track.rank ? "a little unlike the others in several ways" : "nothing unusual");
const short = (key) => (key.length > 34 ? "…" + key.slice(-33) : key);

// Sound: one player; its button shows whether it plays.
let pressed = null;
const quiet = () => { if (pressed) { pressed.classList.remove("now"); pressed = null; } };
player.addEventListener("ended", quiet);
function button(track, echo) {
  const sound = echo ? track.echo : track.sound;
  if (!sound) return "";
  const node = make("button", { className: "play" + (echo ? " echo" : ""), type: "button",
    textContent: echo ? "▶ as the model hears it" : "▶ as recorded" });
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    const again = pressed === node;
    player.pause(); quiet();
    if (again) return;
    player.src = `data:${data.mime};base64,${sound}`;
    player.play();
    pressed = node; node.classList.add("now");
  });
  return node;
}

// The map.
const map = $("map"), W = 860, H = 560, EDGE = 42;
const span = (axis) => {
  const all = tracks.map((track) => track[axis]);
  const low = Math.min(...all), high = Math.max(...all);
  return high > low ? [low, high] : [low - 1, high + 1];
};
const [x0, x1] = span("x"), [y0, y1] = span("y");
const place = (track) => [
  EDGE + ((track.x - x0) / (x1 - x0)) * (W - 2 * EDGE),
  H - EDGE - ((track.y - y0) / (y1 - y0)) * (H - 2 * EDGE),
];
map.setAttribute("viewBox", `0 0 ${W} ${H}`);
map.append(draw("line", { x1: EDGE / 2, x2: W - EDGE / 2, y1: H - 22, y2: H - 22, class: "axis" }),
  draw("line", { x1: 22, x2: 22, y1: EDGE / 2, y2: H - EDGE / 2, class: "axis" }));
const label = (text, set) => { const node = draw("text", set); node.textContent = text; map.append(node); return node; };
label(data.axes[0], { x: W - EDGE / 2, y: H - 7, "text-anchor": "end" });
label(data.axes[1], { x: 0, y: 0, transform: `translate(14 ${EDGE / 2}) rotate(-90)`, "text-anchor": "end" });
const dots = tracks.map((track, i) => {
  const [cx, cy] = place(track), size = tracks.length > 300 ? 4 : 6;
  if (track.rank) map.append(draw("circle", { cx, cy, r: size + 5, class: "ring" }));
  const dot = draw("circle", { cx, cy, r: size, class: "dot", fill: colours[track.cluster % 8], tabindex: 0, role: "button", "aria-label": track.key });
  const tip = draw("title", {}); tip.textContent = track.key; dot.append(tip);
  dot.addEventListener("click", () => choose(i));
  dot.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(i); } });
  dot.addEventListener("mouseenter", () => named(i));
  dot.addEventListener("mouseleave", () => named(chosen));
  map.append(dot);
  return dot;
});
const taken = [];
tracks.map((track, i) => i).filter((i) => tracks[i].rank).sort((a, b) => tracks[a].rank - tracks[b].rank).slice(0, 12).forEach((i) => {
  const [x, y] = place(tracks[i]), left = x > W * 0.8;
  let at = y + 4;
  while (taken.some(([tx, ty]) => Math.abs(tx - x) < 30 && Math.abs(ty - at) < 13)) at += 13;
  taken.push([x, at]);
  label(tracks[i].rank, { x: left ? x - 15 : x + 15, y: at, class: "name", "text-anchor": left ? "end" : "start" });
});
const name = label("", { class: "name" });
function named(i) {
  if (i === null) { name.textContent = ""; return; }
  const [x, y] = place(tracks[i]);
  name.textContent = short(tracks[i].key);
  name.setAttribute("text-anchor", x > W * 0.7 ? "end" : x < W * 0.3 ? "start" : "middle");
  name.setAttribute("x", x); name.setAttribute("y", y > H * 0.8 ? y - 15 : y + 26);
}

// One track.
let chosen = null;
function choose(i) {
  if (chosen !== null) { dots[chosen].classList.remove("on"); rows[chosen].classList.remove("on"); }
  chosen = i;
  const track = tracks[i], panel = $("one");
  dots[i].classList.add("on"); rows[i].classList.add("on"); named(i);
  const facts = make("dl");
  const fact = (what, value) => facts.append(make("dt", { textContent: what }), make("dd", { textContent: value }));
  fact("cluster", track.cluster + 1);
  fact("length", `${track.seconds.toFixed(1)} s`);
  fact("error of the model", `${track.error.toFixed(3)} nats`);
  fact("unlike its neighbours", track.distance.toFixed(2));
  fact("oddness", track.oddness.toFixed(1));
  const near = make("div");
  track.near.forEach((other) => {
    const link = make("button", { className: "near", type: "button", textContent: tracks[other].key });
    link.addEventListener("click", () => choose(other));
    near.append(make("div", {}, link));
  });
  panel.replaceChildren(
    make("div", { className: "name" }, rank(track), track.key),
    make("div", { className: "why quiet", textContent: why(track) }), facts,
    make("div", { className: "row" }, button(track, false), button(track, true)),
    ...(track.near.length ? [make("p", { className: "quiet", textContent: "Most like it:", style: "margin: .8rem 0 .1rem" }), near] : []),
    ...(track.notes ? [make("p", { className: "quiet", textContent: track.notes, style: "margin-top:.8rem" })] : []));
}
const rank = (track) => (track.rank ? make("span", { className: "rank", textContent: track.rank }) : "");

// Clusters: a press shows one alone.
let alone = null;
data.clusters.forEach((cluster, k) => {
  const dot = make("i"); dot.style.background = colours[k % 8];
  const node = make("button", { type: "button", title: "show only these" }, dot, `cluster ${k + 1}: ${cluster.size} tracks`);
  node.setAttribute("aria-pressed", "false");
  node.addEventListener("click", () => {
    alone = alone === k ? null : k;
    [...$("key").children].forEach((child, at) => child.setAttribute("aria-pressed", String(at === alone)));
    filter();
  });
  $("key").append(node);
});

// The tracks to look at first.
tracks.filter((track) => track.rank).sort((a, b) => a.rank - b.rank).forEach((track) => {
  const item = make("li", {}, make("div", { className: "name" }, rank(track), track.key),
    make("div", { className: "why quiet", textContent: why(track) }),
    make("div", { className: "row" }, button(track, false), button(track, true)));
  item.addEventListener("mouseenter", () => named(tracks.indexOf(track)));
  item.addEventListener("click", () => choose(tracks.indexOf(track)));
  $("first").append(item);
});

// All tracks, sorted by a press on a heading.
const columns = [["rank", "place"], ["key", "track"], ["cluster", "cluster"], ["seconds", "seconds"], ["error", "error"], ["distance", "unlike neighbours"], ["oddness", "oddness"]];
const head = $("all").tHead.insertRow(), body = $("all").tBodies[0];
const rows = tracks.map((track, i) => {
  const row = make("tr");
  columns.forEach(([field]) => {
    const value = track[field];
    const text = field === "rank" ? track.place : field === "cluster" ? value + 1 : field === "seconds" ? value.toFixed(1) : typeof value === "number" ? value.toFixed(field === "error" ? 3 : 2) : value;
    row.append(make("td", { textContent: text, className: field === "key" ? "k" : "n" }));
  });
  row.append(make("td", {}, button(track, false)));
  row.addEventListener("click", () => choose(i));
  return row;
});
let by = "place", down = false;
function sort(field) {
  down = by === field ? !down : field === "oddness" || field === "error" || field === "distance";
  by = field;
  const order = tracks.map((track, i) => i).sort((a, b) => {
    const [p, q] = [tracks[a][field], tracks[b][field]];
    return (down ? -1 : 1) * (typeof p === "string" ? p.localeCompare(q) : p - q);
  });
  body.append(...order.map((i) => rows[i]));
  [...head.children].forEach((th, at) => columns[at] && th.setAttribute("aria-sort", sorts[at] === field ? (down ? "descending" : "ascending") : "none"));
}
const sorts = columns.map(([field]) => (field === "rank" ? "place" : field));
columns.forEach(([, title], at) => {
  const th = make("th", { textContent: title, tabIndex: 0, className: title === "track" ? "" : "n" });
  th.addEventListener("click", () => sort(sorts[at]));
  th.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(sorts[at]); });
  head.append(th);
});
head.append(make("th"));
function filter() {
  const words = $("find").value.toLowerCase();
  tracks.forEach((track, i) => {
    const here = (alone === null || track.cluster === alone) && track.key.toLowerCase().includes(words);
    rows[i].hidden = !here;
    dots[i].classList.toggle("dim", !here);
  });
}
$("find").addEventListener("input", filter);
body.append(...rows);
by = ""; sort("place");
if (tracks.length) choose(tracks.findIndex((track) => track.place === 1));
