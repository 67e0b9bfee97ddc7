// A fader: drag it sideways, or use the arrow keys. A touch that scrolls the page moves nothing.

import { chip, h, newId, soon } from "./dom.js";
import { place, say, valueAt } from "./scale.js";

// Milliseconds after a hand has moved it in which echoes of what it sent are not shown.
const ECHO = 300;
// Pixels that a finger moves before it holds the fader.
const SLACK = 5;
// Shares of the whole way; with Shift a tenth of it.
const STEPS = {
  ...{ ArrowRight: 0.02, ArrowUp: 0.02, ArrowLeft: -0.02, ArrowDown: -0.02 },
  ...{ PageUp: 0.1, PageDown: -0.1 },
};

export class Fader {
  /**
   * @param {object} options
   * @param {string} options.label what it does
   * @param {string} options.address that it sends
   * @param {object} options.scale of `scaleOf`
   * @param {(value: number) => void} options.send called while it is moved
   * @param {number} [options.home] the value of a double click; nothing without one
   */
  constructor({ label, address, scale, send, home }) {
    Object.assign(this, { scale, send, home, value: scale.low, busyUntil: 0, held: null });
    this.build(label, address);
    this.listen();
    this.draw();
  }

  build(label, address) {
    const part = (className) => h("span", { className });
    Object.assign(this, { fill: part("fill"), mark: part("mark"), white: part("live") });
    this.white.hidden = true;
    this.track = h("div", { className: "track" }, this.fill, this.white, this.mark);
    this.number = h("output", { className: "number" });
    const name = h("span", { className: "label", id: newId("fader"), title: label }, label);
    this.handle = h(
      "div",
      { className: "fader", tabIndex: 0, role: "slider", "aria-labelledby": name.id },
      this.track,
    );
    this.handle.setAttribute("aria-orientation", "horizontal");
    this.handle.setAttribute("aria-valuemin", this.scale.low.toFixed(3));
    this.handle.setAttribute("aria-valuemax", this.scale.high.toFixed(3));
    const heading = h("div", { className: "heading" }, name, this.number);
    this.element = h("div", { className: "control" }, heading, this.handle, chip(address));
  }

  listen() {
    const { handle } = this;
    handle.addEventListener("pointerdown", (event) => this.hold(event));
    handle.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      handle.addEventListener(end, () => (this.held = null));
    }
    handle.addEventListener("dblclick", () => this.goHome());
    handle.addEventListener("keydown", (event) => {
      if (this.press(event.key, event.shiftKey)) event.preventDefault();
    });
  }

  hold(event) {
    if (event.button) return;
    const mouse = event.pointerType === "mouse";
    this.held = { x: event.clientX, share: place(this.scale, this.value), moves: mouse };
    this.handle.setPointerCapture(event.pointerId);
    if (!mouse) return;
    const box = this.track.getBoundingClientRect();
    this.held.share = (event.clientX - box.left) / box.width;
    this.set(valueAt(this.scale, this.held.share));
  }

  drag(event) {
    const { held } = this;
    if (!held) return;
    if (!held.moves) {
      if (Math.abs(event.clientX - held.x) < SLACK) return;
      Object.assign(held, { moves: true, x: event.clientX });
    }
    const { width } = this.track.getBoundingClientRect();
    held.share += ((event.shiftKey ? 0.1 : 1) * (event.clientX - held.x)) / width;
    held.x = event.clientX;
    this.set(valueAt(this.scale, held.share));
  }

  /** Obey a key; returns whether it is one of ours. */
  press(key, finely) {
    if (key === "0" || key === "Delete") return this.goHome();
    const { scale } = this;
    const ends = { Home: 0, End: 1 };
    if (!(key in ends) && !(key in STEPS)) return false;
    const step = scale.whole ? Math.sign(STEPS[key]) / (scale.high - scale.low) : STEPS[key];
    const share = ends[key] ?? place(scale, this.value) + step * (finely && !scale.whole ? 0.1 : 1);
    this.set(valueAt(scale, share));
    return true;
  }

  goHome() {
    if (this.home === undefined) return false;
    this.set(this.home);
    return true;
  }

  set(value) {
    this.busyUntil = performance.now() + ECHO;
    if (value === this.value) return;
    this.value = value;
    this.send(value);
    soon(this, () => this.draw());
  }

  draw() {
    const { scale, value } = this;
    const share = place(scale, value);
    const zero = scale.low < 0 && scale.high > 0 && !scale.unit ? place(scale, 0) : 0;
    this.fill.style.setProperty("left", `${100 * Math.min(share, zero)}%`);
    this.fill.style.setProperty("width", `${100 * Math.abs(share - zero)}%`);
    this.mark.style.setProperty("left", `${100 * share}%`);
    this.number.textContent = say(scale, value);
    this.handle.setAttribute("aria-valuenow", value.toFixed(3));
    this.handle.setAttribute("aria-valuetext", say(scale, value));
  }

  /** Show the value that the daemon has; once the hand has left, if one is here. */
  show(value) {
    clearTimeout(this.later);
    if (this.held || performance.now() < this.busyUntil) {
      this.later = setTimeout(() => this.show(value), ECHO);
      return;
    }
    if (value === this.value) return;
    this.value = value;
    soon(this, () => this.draw());
  }

  /** Show what sounds, which a source may move. */
  live(value) {
    this.white.hidden = false;
    this.white.style.setProperty("left", `${100 * place(this.scale, value)}%`);
  }
}
