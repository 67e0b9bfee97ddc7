// One deck: its model, its gain, what moves it, and what can be moved.

import { chip, h, newId } from "./dom.js";
import { control, faders, toggle } from "./controls.js";
import { map } from "./map.js";
import { paint } from "./mixer.js";
import { pad } from "./pad.js";
import { presets } from "./presets.js";
import { sources } from "./sources.js";

const HANDS = ["/glide", "/freeze", "/hold"];

export class Deck {
  constructor(stage, name) {
    Object.assign(this, { stage, name, ends: [] });
    this.element = h("section", { className: "deck", id: `deck-${name}`, "data-deck": name });
    this.element.setAttribute("aria-label", `Deck ${name}`);
    paint(this.element, name);
  }

  path(address) {
    return `/deck/${this.name}${address}`;
  }

  /** Build everything again, for the addresses that there are now. */
  build() {
    for (const end of this.ends) end();
    this.ends = [];
    const { stage, name } = this;
    const full = this.latents().length > 0;
    this.element.classList.toggle("empty", !full);
    const parts = full
      ? [
          h(
            "div",
            {},
            this.section("Map", this.stage.node(this.path("/map")) && map(stage, name)),
            this.section("Attributes", this.attributes()),
          ),
          h(
            "div",
            {},
            this.section("Source", sources(stage, name)),
            this.section("Plane", pad(stage, name, this.choices())),
            this.section("Presets", presets(stage, name)),
          ),
          this.section("Latents", this.faders()),
        ]
      : [h("p", { className: "about", textContent: "Choose a model, and it plays here." })];
    this.element.replaceChildren(this.head(), h("div", { className: "parts" }, parts));
  }

  keep(part) {
    this.ends.push(part.end);
    return part;
  }

  section(title, part) {
    if (!part) return null;
    this.keep(part);
    const id = newId("section");
    const heading = h("h3", { id, textContent: title });
    const className = `part ${title.toLowerCase()}-part`;
    // No section, which would be a landmark: decks have parts of the same names.
    return h("div", { className, role: "group", "aria-labelledby": id }, heading, part.element);
  }

  head() {
    const { stage } = this;
    const title = h("h2", { textContent: this.name });
    const load = this.path("/model/load");
    const select = h("select", { className: "model", "aria-label": `Model of deck ${this.name}` });
    const fill = () => {
      const rows = stage.store.lists.get("/model/list") ?? [];
      const names = rows.filter((row) => ["stream", "clip"].includes(row[1]) && !row.at(-1));
      const now = stage.store.of(load)?.[0] ?? "";
      const all = [...new Set([now, ...names.map(([name]) => name)].filter(Boolean))];
      select.replaceChildren(new Option("no model", ""), ...all.map((one) => new Option(one, one)));
      select.value = now;
      select.classList.remove("loading");
    };
    select.addEventListener("change", () => {
      if (!select.value) return fill();
      select.classList.add("loading");
      stage.send(load, select.value);
    });
    fill();
    this.ends.push(stage.store.on("/model/list", fill), stage.store.on(load, fill));
    this.ends.push(stage.store.on("over", (how, address) => address === load && fill()));
    const switches = ["/play", "/mute"].map((address) =>
      this.keep(toggle(stage, this.path(address), stage.node(this.path(address)))),
    );
    const gain = this.path("/gain");
    const level = this.keep(faders(stage, gain, stage.node(gain)));
    return h(
      "header",
      {},
      h("div", { className: "line" }, title, h("div", { className: "control" }, select, chip(load))),
      h("div", { className: "line switches" }, switches.map((one) => one.element), level.element),
    );
  }

  latents() {
    const inside = this.stage.below(this.path("/latent")).filter((path) => /\/\d+$/.test(path));
    return inside.sort((a, b) => Number(a.split("/").pop()) - Number(b.split("/").pop()));
  }

  attributeNames() {
    return this.stage.below(this.path("/attr"));
  }

  /** What the axes of the plane may be. */
  choices() {
    const named = this.attributeNames().map((path) => ({ path, label: path.split("/").pop() }));
    const numbered = this.latents().map((path, index) => {
      const [effect] = this.stage.node(path).DESCRIPTION.split(",");
      return { path, label: `${index} ${effect}`, index };
    });
    return [...numbered, ...named];
  }

  attributes() {
    const paths = this.attributeNames();
    if (!paths.length) return null;
    const all = paths.map((path) => control(this.stage, path));
    const element = h("div", { className: "faders" }, all.map((one) => one.element));
    return { element, end: () => all.forEach((one) => one.end()) };
  }

  faders() {
    const all = this.latents().map((path, index) => {
      const node = this.stage.node(path);
      return faders(this.stage, path, node, `${index}  ${node.DESCRIPTION}`);
    });
    const hands = HANDS.map((address) => control(this.stage, this.path(address)));
    const sounding = this.stage.store.on(`sounding ${this.name}`, (values) => {
      if (!this.element.offsetParent) return; // the other tab is shown
      all.forEach((one, index) => one.all[0].live(values[index]));
    });
    const zero = h("button", { type: "button", textContent: "all to 0" });
    zero.addEventListener("click", () => this.stage.send(this.path("/latent"), ...all.map(() => 0)));
    const zeroing = h("div", { className: "control" }, zero, chip(this.path("/latent")));
    const row = h("div", { className: "line hands" }, hands.map((one) => one.element), zeroing);
    const element = h("div", {}, row, h("div", { className: "faders" }, all.map((one) => one.element)));
    return { element, end: () => [sounding, ...[...all, ...hands].map((one) => one.end)].forEach((end) => end()) };
  }
}
