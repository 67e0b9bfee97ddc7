// The instrument on the page: its model, what moves it, and what can be moved.

import { control, faders } from "../page/controls.js";
import { h, newId } from "../page/dom.js";
import { pad } from "../page/pad.js";
import { map } from "./map.js";

const SETTINGS = {
  held: ["/glide"],
  walk: ["/walk", "/seed"],
  memory: ["/continuity", "/temperature", "/lead", "/region", "/seed"],
};
const WORDS = {
  held: "Nothing moves the sound but your hands.",
  walk: "A random walk, as the music moves.",
  memory: "Improvises over music that was encoded.",
};
const path = (address) => `/deck/a${address}`;

/** @param {(name: string) => void} choose called with another model */
export class Panel {
  constructor(stage, choose) {
    Object.assign(this, { stage, choose, ends: [] });
    this.element = h("section", { className: "deck", "data-deck": "a", "aria-label": "Instrument" });
  }

  /** Build everything anew, for the model that was chosen. */
  build(points) {
    for (const end of this.ends) end();
    this.ends = [];
    const { stage } = this;
    const place = path("/memory/place");
    const plane = this.section("Plane", pad(stage, "a", this.choices()));
    const attributes = this.section("Attributes", this.all(this.attributes()));
    const source = this.section("Source", this.sources());
    const music = points && this.section("Map", map(stage, points, place));
    const left = h("div", {}, music ?? plane, attributes);
    const right = h("div", {}, music && plane, source);
    const parts = [left, right, this.section("Latents", this.latents())];
    this.element.replaceChildren(this.head(), h("div", { className: "parts" }, parts));
  }

  section(title, part) {
    if (!part) return null;
    this.ends.push(part.end);
    const id = newId("section");
    const properties = { className: `part ${title.toLowerCase()}-part`, "aria-labelledby": id };
    return h("section", properties, h("h2", { id, className: "title", textContent: title }), part.element);
  }

  head() {
    const { index, model } = this.stage;
    const select = h("select", { className: "model", "aria-label": "Model" });
    select.append(...index.models.map(({ name }) => new Option(name, name)));
    select.value = model.name;
    select.addEventListener("change", () => this.choose(select.value));
    const gain = faders(this.stage, path("/gain"), this.stage.node(path("/gain")));
    this.ends.push(gain.end);
    return h("header", {}, h("div", { className: "line top" }, select, gain.element));
  }

  numbered() {
    return this.stage.below(path("/latent"));
  }

  attributes() {
    return this.stage.below(path("/attr"));
  }

  choices() {
    const named = this.attributes().map((one) => ({ path: one, label: one.split("/").pop() }));
    const numbered = this.numbered().map((one, index) => {
      const [effect] = this.stage.node(one).DESCRIPTION.split(",");
      return { path: one, label: `${index} ${effect}`, index };
    });
    return [...numbered, ...named];
  }

  /** Controls of these addresses, one beside the other. */
  all(paths, className = "faders") {
    if (!paths.length) return null;
    const parts = paths.map((one) => control(this.stage, one));
    const element = h("div", { className }, parts.map((one) => one.element));
    return { element, end: () => parts.forEach((one) => one.end()) };
  }

  sources() {
    const { stage } = this;
    const about = h("p", { className: "about" });
    const settings = h("div", {});
    const names = stage.node(path("/source")).RANGE[0].VALS;
    const buttons = names.map((name) => {
      const button = h("button", { type: "button", textContent: name });
      button.addEventListener("click", () => stage.send(path("/source"), name));
      return button;
    });
    let shown = null;
    const show = ([name]) => {
      for (const one of buttons) one.setAttribute("aria-pressed", one.textContent === name);
      about.textContent = WORDS[name];
      shown?.end();
      shown = this.all(SETTINGS[name].map(path), "settings");
      settings.replaceChildren(shown.element);
    };
    show(stage.store.of(path("/source")));
    const told = stage.store.on(path("/source"), show);
    const group = h("div", { className: "segments", role: "group", "aria-label": "Source" }, buttons);
    const end = () => [told, shown.end].forEach((one) => one());
    return { element: h("div", {}, group, about, settings), end };
  }

  latents() {
    const { stage } = this;
    const paths = this.numbered();
    const all = paths.map((one, index) => {
      const node = stage.node(one);
      return faders(stage, one, node, `${index}  ${node.DESCRIPTION}`);
    });
    let seen = true; // what is scrolled away need not move
    const watcher = new IntersectionObserver((entries) => (seen = entries.at(-1).isIntersecting));
    const sounding = stage.store.on("sounding a", (values) => {
      if (seen) all.forEach((one, index) => one.all[0].live(values[index]));
    });
    const zero = h("button", { type: "button", textContent: "all to 0" });
    zero.addEventListener("click", () => {
      for (const one of [...paths, ...this.attributes()]) stage.send(one, 0);
    });
    const row = h("div", { className: "line hands" }, zero);
    const element = h("div", {}, row, h("div", { className: "faders" }, all.map((one) => one.element)));
    watcher.observe(element);
    const ends = [sounding, () => watcher.disconnect(), ...all.map((one) => one.end)];
    return { element, end: () => ends.forEach((end) => end()) };
  }
}
