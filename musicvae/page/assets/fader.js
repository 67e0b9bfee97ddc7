// A fader: drag it sideways, or use the arrow keys. A touch that scrolls the page moves nothing.

import { chip, h, newId, soon } from "./dom.js";
import { place, say, valueAt } from "./scale.js";

// Milliseconds after a hand has left in which echoes of what it sent are not shown.
const ECHO = 300;
// Pixels that a finger moves before it holds the fader.
const SLACK = 5;

/**
 * @param {object} options
 * @param {string} options.label what it does
 * @param {string} options.address that it sends
 * @param {object} options.scale of `scaleOf`
 * @param {(value: number) => void} options.send called while it is moved
 * @param {number} [options.home] the value of a double click; nothing without one
 * @param {boolean} [options.bare] without label and address
 * @returns {{element: HTMLElement, show: (value: number) => void, live: (value: number) => void}}
 */
export function fader({ label, address, scale, send, home, bare = false }) {
  const fill = h("span", { className: "fill" });
  const mark = h("span", { className: "mark" });
  const live = h("span", { className: "live", hidden: true });
  const track = h("div", { className: "track" }, fill, live, mark);
  const number = h("output", { className: "number" });
  const id = newId("fader");
  const name = h("span", { className: "label", id, textContent: label, title: label });
  const heading = bare ? null : h("div", { className: "heading" }, name, number);
  const facts = { className: "fader", tabIndex: 0, role: "slider" };
  const handle = h("div", { ...facts, "aria-orientation": "horizontal" }, track);
  if (bare) handle.setAttribute("aria-label", label);
  else handle.setAttribute("aria-labelledby", id);
  handle.setAttribute("aria-valuemin", scale.low);
  handle.setAttribute("aria-valuemax", scale.high);
  const element = h("div", { className: "control" }, heading, handle, bare ? null : chip(address));

  let value = scale.low;
  let busyUntil = 0;
  let held = null;

  const draw = () => {
    const share = place(scale, value);
    const zero = scale.low < 0 && scale.high > 0 && !scale.unit ? place(scale, 0) : 0;
    const left = Math.min(share, zero);
    fill.style.setProperty("left", `${100 * left}%`);
    fill.style.setProperty("width", `${100 * Math.abs(share - zero)}%`);
    mark.style.setProperty("left", `${100 * share}%`);
    number.textContent = say(scale, value);
    handle.setAttribute("aria-valuenow", value.toFixed(3));
    handle.setAttribute("aria-valuetext", say(scale, value));
  };
  const set = (next) => {
    busyUntil = performance.now() + ECHO;
    if (next === value) return;
    value = next;
    send(value);
    soon(handle, draw);
  };
  const shareAt = (event) => {
    const box = track.getBoundingClientRect();
    return (event.clientX - box.left) / box.width;
  };

  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const mouse = event.pointerType === "mouse";
    held = { x: event.clientX, share: place(scale, value), moves: mouse };
    handle.setPointerCapture(event.pointerId);
    if (mouse) set(valueAt(scale, (held.share = shareAt(event))));
  });
  handle.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.moves && Math.abs(event.clientX - held.x) < SLACK) return;
    if (!held.moves) Object.assign(held, { moves: true, x: event.clientX });
    const fine = event.shiftKey ? 0.1 : 1;
    const width = track.getBoundingClientRect().width;
    held.share += (fine * (event.clientX - held.x)) / width;
    held.x = event.clientX;
    set(valueAt(scale, held.share));
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    handle.addEventListener(end, () => (held = null));
  }
  handle.addEventListener("dblclick", () => home !== undefined && set(home));
  handle.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 0.002 : 0.02;
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 };
    const at = place(scale, value);
    const whole = scale.whole ? 1 / (scale.high - scale.low) : step;
    let share = at + (steps[event.key] ?? 0) * whole;
    if (event.key === "Home") share = 0;
    else if (event.key === "End") share = 1;
    else if ((event.key === "Delete" || event.key === "0") && home !== undefined) {
      set(home);
      return event.preventDefault();
    } else if (!steps[event.key]) return;
    set(valueAt(scale, share));
    event.preventDefault();
  });

  draw();
  return {
    element,
    /** Show the value that the daemon has, unless a hand is here. */
    show(next) {
      if (held || performance.now() < busyUntil || next === value) return;
      value = next;
      soon(handle, draw);
    },
    /** Show what sounds, which a source may move. */
    live(now) {
      live.hidden = false;
      live.style.setProperty("left", `${100 * place(scale, now)}%`);
    },
  };
}
