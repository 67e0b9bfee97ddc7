// A control for any address, made from its OSCQuery node: what it is, follows from types and ranges.

import { chip, h, newId } from "./dom.js";
import { Fader } from "./fader.js";
import { scaleOf } from "./scale.js";

// Words that people know better than those of the addresses.
const NAMES = {
  "/walk": ["speed", "radius"],
  "/adapt": ["adapt place", "adapt spread"],
  "/region": ["region from", "region to"],
  "/tape/scrub": ["place"],
  "/memory/place": ["place"],
  "/tape/play": ["run"],
  "/tape/loop": ["loop from", "to"],
};

/** The address without its deck. */
export const local = (path) => path.replace(/^\/deck\/[^/]+/, "");

function label(path, index, node) {
  const named = NAMES[local(path)]?.[index];
  return named ?? local(path).split("/").pop() + (node.TYPE.length > 1 ? ` ${index + 1}` : "");
}

/**
 * @param {import("./stage.js").Stage} stage
 * @param {string} path full address
 * @returns {{element: HTMLElement, end: () => void}} `end` when it is no longer shown
 */
export function control(stage, path) {
  const node = stage.node(path);
  if (!node) return { element: h("span"), end() {} };
  const kinds = new Set(node.TYPE);
  const [range] = node.RANGE ?? [];
  if (node.TYPE === "i" && range.MIN === 0 && range.MAX === 1) return toggle(stage, path, node);
  if (kinds.size === 1 && kinds.has("f")) return faders(stage, path, node);
  if (node.TYPE === "i") return dice(stage, path, node);
  return { element: h("span"), end() {} };
}

/** One fader for each number of an address; all numbers are sent together. */
export function faders(stage, path, node, named) {
  const values = (stage.store.of(path) ?? []).slice();
  const all = [...node.TYPE].map((_, index) => {
    const scale = scaleOf(local(path), node, index);
    const send = (value) => {
      values[index] = value;
      for (let at = 0; at < node.TYPE.length; at += 1) values[at] ??= node.RANGE[at].MIN;
      stage.send(path, ...values);
    };
    const home = scale.low <= 0 && scale.high >= 0 && scale.low < 0 ? 0 : undefined;
    return new Fader({ label: named ?? label(path, index, node), address: path, scale, send, home });
  });
  const show = (now) => {
    if (now.length !== all.length) return; // such as /tape/loop 0
    now.forEach((value, index) => {
      values[index] = value;
      all[index].show(value);
    });
  };
  if (values.length) show(values);
  const end = stage.store.on(path, show);
  const element = h("div", { className: "group" }, all.map((one) => one.element));
  element.title = node.DESCRIPTION;
  return { element, end, all };
}

/** A switch. */
export function toggle(stage, path, node, words) {
  const id = newId("switch");
  const button = h("button", { className: "toggle", type: "button", id, title: node.DESCRIPTION });
  button.textContent = words ?? label(path, 0, node);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    show([on ? 1 : 0]);
    stage.send(path, on ? 1 : 0);
  });
  const show = ([on]) => button.setAttribute("aria-pressed", Boolean(on));
  show(stage.store.of(path) ?? [0]);
  const end = stage.store.on(path, show);
  return { element: h("div", { className: "control" }, button, chip(path)), end, button };
}

/** A number that only has to be another one: a seed. */
function dice(stage, path, node) {
  const id = newId("number");
  const field = h("input", { type: "number", id, step: 1, inputMode: "numeric" });
  const name = h("label", { for: id, textContent: label(path, 0, node), title: node.DESCRIPTION });
  const again = h("button", { type: "button", textContent: "new" });
  again.setAttribute("aria-label", `New ${name.textContent}`);
  const send = (value) => {
    field.value = value;
    stage.send(path, value);
  };
  field.addEventListener("change", () => {
    if (field.value !== "" && Number.isInteger(field.valueAsNumber)) send(field.valueAsNumber);
  });
  again.addEventListener("click", () => send(Math.floor(Math.random() * 1_000_000)));
  const show = ([value]) => {
    if (document.activeElement !== field) field.value = value;
  };
  show(stage.store.of(path) ?? [0]);
  const end = stage.store.on(path, show);
  const line = h("div", { className: "line" }, name, field, again);
  return { element: h("div", { className: "control" }, line, chip(path)), end };
}
