// A plane: any two numbers of a deck under one finger.

import { chip, h, newId, soon } from "./dom.js";
import { local } from "./controls.js";
import { place, say, scaleOf, valueAt } from "./scale.js";

const ECHO = 300;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @param {import("./stage.js").Stage} stage
 * @param {string} deck its name
 * @param {{path: string, label: string, index?: number}[]} choices what the axes may be
 */
export function pad(stage, deck, choices) {
  const dot = h("span", { className: "dot" });
  const ghost = h("span", { className: "ghost", hidden: true });
  const area = h("div", { className: "pad", tabIndex: 0, role: "slider" }, ghost, dot);
  area.setAttribute("aria-roledescription", "plane of two values");
  area.setAttribute("aria-valuemin", 0);
  area.setAttribute("aria-valuemax", 100);
  const chips = h("div", { className: "chips" });
  const kept = JSON.parse(localStorage.getItem(`pad ${deck}`) ?? "null") ?? [];
  const axes = ["x", "y"].map((name, at) => axis(name, kept[at] ?? choices[at]?.path));
  let busyUntil = 0;
  let ends = [];

  function axis(name, wanted) {
    const id = newId("axis");
    const select = h("select", { id });
    for (const { path, label } of choices) select.append(new Option(label, path));
    select.value = choices.some(({ path }) => path === wanted) ? wanted : choices[0]?.path;
    select.addEventListener("change", () => {
      localStorage.setItem(`pad ${deck}`, JSON.stringify(axes.map(({ select: of }) => of.value)));
      follow();
    });
    const words = name === "x" ? "across" : "upwards";
    return { select, words, element: h("label", { for: id }, `${words} `, select), value: 0 };
  }

  function follow() {
    for (const end of ends) end();
    ends = axes.flatMap((one) => {
      clearTimeout(one.later);
      one.path = one.select.value;
      one.choice = choices.find(({ path }) => path === one.path);
      one.scale = scaleOf(local(one.path), stage.node(one.path) ?? {});
      [one.value] = stage.store.of(one.path) ?? [0];
      return stage.store.on(one.path, ([value]) => show(one, value));
    });
    ghost.hidden = true;
    chips.replaceChildren(...axes.map((one) => chip(one.path)));
    draw();
  }

  /** Show the value that the daemon has; once the hand has left, if one is here. */
  function show(one, value) {
    clearTimeout(one.later);
    if (performance.now() < busyUntil) {
      one.later = setTimeout(() => show(one, value), ECHO);
      return;
    }
    one.value = value;
    soon(area, draw);
  }

  function draw() {
    const [x, y] = axes.map((one) => place(one.scale, one.value));
    const [x0, y0] = axes.map((one) => place(one.scale, 0));
    area.style.setProperty("--x0", `${100 * x0}%`);
    area.style.setProperty("--y0", `${100 * (1 - y0)}%`);
    dot.style.setProperty("left", `${100 * x}%`);
    dot.style.setProperty("bottom", `${100 * y}%`);
    const said = axes.map((one) => `${one.choice?.label ?? ""} ${say(one.scale, one.value)}`);
    area.setAttribute("aria-label", `Plane of deck ${deck}`);
    area.setAttribute("aria-valuenow", Math.round(100 * x));
    area.setAttribute("aria-valuetext", said.join(", "));
  }

  function go(shares) {
    busyUntil = performance.now() + ECHO;
    axes.forEach((one, at) => {
      const value = valueAt(one.scale, shares[at]);
      if (value === one.value) return;
      one.value = value;
      stage.send(one.path, value);
    });
    soon(area, draw);
  }

  const at = (event) => {
    const box = area.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
  };
  area.addEventListener("pointerdown", (event) => {
    area.setPointerCapture(event.pointerId);
    go(at(event));
  });
  area.addEventListener("pointermove", (event) => {
    if (area.hasPointerCapture(event.pointerId)) go(at(event));
  });
  area.addEventListener("keydown", (event) => {
    const [dx, dy] = KEYS[event.key] ?? [];
    if (dx === undefined) return;
    const step = event.shiftKey ? 0.002 : 0.02;
    const [x, y] = axes.map((one) => place(one.scale, one.value));
    go([x + step * dx, y + step * dy]);
    event.preventDefault();
  });

  follow();
  const sounding = stage.store.on(`sounding ${deck}`, (values) => {
    const places = axes.map(({ choice, scale }) =>
      choice?.index === undefined ? null : place(scale, values[choice.index]),
    );
    ghost.hidden = places.includes(null);
    ghost.style.setProperty("left", `${100 * (places[0] ?? 0)}%`);
    ghost.style.setProperty("bottom", `${100 * (places[1] ?? 0)}%`);
  });
  const choosers = h("div", { className: "axes" }, axes.map((one) => one.element));
  return {
    element: h("div", {}, area, choosers, chips),
    end() {
      for (const end of [sounding, ...ends]) end();
    },
  };
}
