// The map of a deck's memory: each second of its music is a point. Touch a place to go there, draw
// a way to be led along it.

import { chip, h, newId, soon } from "./dom.js";
import { MapPicture } from "./map_picture.js";
import { length, nearer, Points, thinned } from "./points.js";

// What is shorter, in sides of the map, is a touch; places of a way are so far apart at least.
const TOUCH = 0.03;
const APART = 0.012;
// What is not a memory sounds differently at each moment: its dot goes this share of the way to it.
const CALM = 0.12;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const TIMES = [
  ["10", "in 10 s"],
  ["30", "in 30 s"],
  ["120", "in 2 min"],
  ["", "with the finger"],
];
const HELP =
  "Touch a place to go there; draw a way to be led along it. With the keyboard: arrow keys move the " +
  "cross, Enter goes there, W adds its place to a way that Enter then walks, Escape forgets it.";

/** The section of a deck; `end` when it is no longer shown. */
export function map(stage, deck) {
  const path = (address) => `/deck/${deck}${address}`;
  const canvas = h("canvas", { "aria-hidden": "true" });
  const [across, upwards] = ["across", "upwards"].map((className) => h("span", { className }));
  const about = h("p", { className: "about none" });
  const area = h("div", { className: "map", tabIndex: 0, role: "application" }, canvas, across, upwards, about);
  const points = new Points(() => getComputedStyle(area).getPropertyValue("--own").trim());
  const help = h("p", { className: "heard", id: newId("help"), textContent: HELP });
  area.setAttribute("aria-describedby", help.id);
  area.setAttribute("aria-label", `Map of deck ${deck}`);
  area.title = HELP;
  const legend = h("div", { className: "segments legend", role: "group", "aria-label": "Music on the map" });
  const said = h("p", { className: "heard", role: "status" });
  const times = h("select", { id: newId("times") });
  for (const [value, words] of TIMES) times.append(new Option(words, value));
  times.value = localStorage.getItem("map times") ?? "10";
  times.addEventListener("change", () => localStorage.setItem("map times", times.value));
  const picture = new MapPicture(canvas, points);
  let held = null;
  let marks = [];
  let forget = 0;
  let everything = localStorage.getItem(`map ${deck}`) === "all";

  const memory = () => stage.store.of(path("/memory/load"))?.[0] ?? "";
  const draw = () => soon(picture, () => picture.draw(memory()));

  /** Ask for the points: of the memory that plays, and of others where they are to be seen. */
  function ask() {
    points.forget();
    picture.forget();
    area.classList.toggle("empty", !memory());
    about.textContent = memory()
      ? ""
      : "The map is drawn of a memory: choose one as source, and touch its music here.";
    if (memory()) stage.send(path("/map/points"), ...(everything ? ["all"] : []));
    fill();
    draw();
  }

  function fill() {
    const items = [...points.memories.keys()].flatMap((name) =>
      points.styles(name).map(([style, colour]) => {
        const mine = name === memory();
        const item = h(mine ? "span" : "button", { className: "style" }, h("i", {}), style);
        item.firstChild.style.setProperty("background", colour);
        if (!mine) {
          item.type = "button";
          item.setAttribute("aria-label", `Load the memory ${name}`);
          item.addEventListener("click", () => stage.send(path("/memory/load"), name));
        }
        return item;
      }),
    );
    const others = h("button", { type: "button", textContent: "all genres" });
    others.setAttribute("aria-pressed", everything);
    others.addEventListener("click", () => {
      everything = !everything;
      localStorage.setItem(`map ${deck}`, everything ? "all" : "");
      ask();
    });
    legend.replaceChildren(...items, ...(memory() ? [others] : []));
    [across.textContent, upwards.textContent] = points.axes.map((name, at) => name && `${name} ${"→↑"[at]}`);
    const count = points.count(memory());
    area.setAttribute("aria-label", `Map of deck ${deck}: ${memory() || "no memory"}, ${count} seconds of music`);
  }

  function go(spot) {
    if (memory()) stage.send(path("/map"), ...spot);
  }

  /** Be led along a way, which is shown as long. */
  function walk(way) {
    const seconds = Number(times.value) || 10;
    stage.send(path("/map/way"), seconds, ...thinned(way).flat());
    clearTimeout(forget);
    forget = setTimeout(() => show([]), 1000 * seconds);
  }

  function show(way) {
    picture.way = way;
    draw();
  }

  const at = (event) => {
    const box = area.getBoundingClientRect();
    const shares = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
    return shares.map((share) => Math.min(1, Math.max(0, share)));
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.button || !memory()) return;
    area.setPointerCapture(event.pointerId);
    clearTimeout(forget);
    held = [at(event)];
    picture.cursor = null;
    if (!times.value) go(held[0]);
    show(held);
  });
  area.addEventListener("pointermove", (event) => {
    if (!held) return;
    const spot = at(event);
    if (length([held.at(-1), spot]) < APART) return;
    held.push(spot);
    if (!times.value) go(spot);
    show(held);
  });
  area.addEventListener("pointerup", () => {
    if (!held) return;
    const way = held;
    held = null;
    if (times.value && length(way) >= TOUCH) return walk(way);
    if (times.value) go(way[0]);
    show([]);
  });
  area.addEventListener("pointercancel", () => {
    held = null;
    show([]);
  });

  /** Obey a key; returns whether it is one of ours. */
  function press(key, finely) {
    const spot = picture.cursor ?? picture.dot ?? [0.5, 0.5];
    if (key in KEYS) {
      const step = finely ? 0.005 : 0.03;
      picture.cursor = spot.map((one, axis) => Math.min(1, Math.max(0, one + step * KEYS[key][axis])));
      const [x, y] = picture.cursor.map((one) => Math.round(100 * one));
      said.textContent = `${x} percent across, ${y} upwards`;
    } else if (key === "Enter" || key === " ") {
      if (marks.length) walk([...marks, spot]);
      else go(spot);
      marks = [];
      said.textContent = "gone there";
    } else if (key === "w" || key === "W") {
      marks.push(spot);
      picture.way = [...marks];
      said.textContent = `${marks.length} places of a way`;
    } else if (key === "Escape") {
      Object.assign(picture, { cursor: null, way: [] });
      marks = [];
    } else return false;
    draw();
    return true;
  }
  area.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !memory()) return;
    if (press(event.key, event.shiftKey)) event.preventDefault();
  });

  /** A memory tells where it plays; of what else sounds, a calm dot is shown. */
  function move(spot) {
    if (spot.length !== 2) return;
    const source = stage.store.of(path("/source"))?.[0];
    const variation = stage.store.of(path("/variation"))?.[0] ?? 1;
    const exact = !picture.dot || source === "memory" || (source === "prior" && variation < 1);
    picture.move(exact ? spot : nearer(picture.dot, spot, CALM));
    if (area.offsetParent) draw();
  }

  const sizes = new ResizeObserver(draw);
  sizes.observe(area);
  const ends = [
    stage.store.on(path("/memory/load"), ask),
    stage.store.on(path("/map"), move),
    stage.store.on(`map ${deck}`, (address, values) => {
      points.hear(address, values);
      picture.stale = true;
      soon(legend, fill);
      draw();
    }),
  ];
  ask();
  const line = h("label", { className: "line", for: times.id }, h("span", { textContent: "a drawn way is walked" }), times);
  const chips = h("div", { className: "chips" }, ["/map", "/map/way"].map((one) => chip(path(one))));
  return {
    element: h("div", {}, area, help, said, legend, line, chips),
    end() {
      sizes.disconnect();
      clearTimeout(forget);
      for (const one of ends) one();
    },
  };
}
