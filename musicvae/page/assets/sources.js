// What moves the latents of a deck by itself, with the settings of that source.

import { chip, h, newId } from "./dom.js";
import { control } from "./controls.js";

// The settings of each source, in the order of use.
const SETTINGS = {
  held: [],
  tape: ["/tape/play", "/tape/rate", "/tape/scrub", "/tape/loop", "/tape/scale", "/adapt"],
  walk: ["/walk", "/seed"],
  memory: [
    ...["/memory/place", "/continuity", "/temperature", "/lead", "/region"],
    ...["/listen", "/seed"],
  ],
  prior: ["/variation", "/temperature", "/lead", "/listen", "/seed"],
  input: [
    ...["/adapt", "/input/listen", "/input/gravity", "/input/gain", "/input/gate", "/input/mix"],
    "/input/mute",
  ],
};
// Settings that all decks share.
const SHARED = SETTINGS.input.slice(3);
const WORDS = {
  held: "Nothing moves the latents but your hands.",
  tape: "A tape moves the latents: a sound, encoded.",
  walk: "A random walk, as the music moves.",
  memory: "Improvises over encoded tracks.",
  prior: "Makes new music from a seed.",
  input: "The sound that comes in plays the model (musicvae live --input).",
};
const LOADED = ["tape", "memory", "prior"];

/** The section of a deck; `end` when it is no longer shown. */
export function sources(stage, deck) {
  const path = (address) => `/deck/${deck}${address}`;
  const settings = h("div", { className: "settings" });
  const about = h("p", { className: "about" });
  const names = stage.node(path("/source"))?.RANGE?.[0]?.VALS ?? [];
  const buttons = names.map((name) => {
    const button = h("button", { type: "button", textContent: name, "data-source": name });
    button.addEventListener("click", () => choose(name));
    return button;
  });
  let shown = null;
  let ends = [];

  /** Whether a source has what it plays; one that is loaded becomes the source by itself. */
  const ready = (name) => !LOADED.includes(name) || stage.store.of(path(`/${name}/load`))?.[0];

  function choose(name) {
    show(name);
    if (ready(name)) stage.send(path("/source"), name);
  }

  function show(name) {
    for (const button of buttons) button.classList.toggle("shown", button.textContent === name);
    shown = name;
    for (const end of ends) end();
    about.textContent = WORDS[name] ?? "";
    const chooser = LOADED.includes(name) ? [loader(stage, deck, name)] : [];
    const styles = name === "memory" ? [styleChooser(stage, deck)] : [];
    const addresses = ready(name) ? (SETTINGS[name] ?? []) : [];
    const where = (one) => (SHARED.includes(one) ? one : path(one));
    const all = [...chooser, ...styles, ...addresses.map((one) => control(stage, where(one)))];
    ends = all.map((part) => part.end);
    settings.replaceChildren(...all.map((part) => part.element));
  }

  function mark(active) {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", button.textContent === active);
    }
    if (active !== shown) show(active);
  }

  mark(stage.store.of(path("/source"))?.[0] ?? "held");
  const loaded = LOADED.map((name) =>
    stage.store.on(path(`/${name}/load`), () => name === shown && show(name)),
  );
  const told = stage.store.on(path("/source"), ([name]) => mark(name));
  const group = h("div", { className: "segments", role: "group", "aria-label": "Source" }, buttons);
  return {
    element: h("div", {}, group, chip(path("/source")), about, settings),
    end() {
      for (const one of [told, ...loaded, ...ends]) one();
    },
  };
}

/** Chooses what a source plays, of what there is. */
function loader(stage, deck, name) {
  const address = `/deck/${deck}/${name}/load`;
  const select = h("select", { id: newId("load") });
  const label = h("label", { for: select.id, textContent: name });
  const fill = () => {
    const rows = stage.store.lists.get(`/${name}/list`) ?? [];
    const now = stage.store.of(address)?.[0] ?? "";
    const usable = rows.filter((row) => row.at(-1) === "").map((row) => row[0]);
    const all = now && !usable.includes(now) ? [now, ...usable] : usable;
    const none = all.length ? `choose a ${name}` : `none: make one with musicvae ${name}`;
    select.replaceChildren(new Option(none, ""), ...all.map((one) => new Option(one, one)));
    select.value = now;
  };
  select.addEventListener("change", () => select.value && stage.send(address, select.value));
  fill();
  stage.send(`/${name}/list`);
  const ends = [stage.store.on(`/${name}/list`, fill), stage.store.on(address, fill)];
  return {
    element: h("div", { className: "control" }, h("div", { className: "line" }, label, select), chip(address)),
    end: () => ends.forEach((end) => end()),
  };
}

/** Which styles of a memory are played: all, or those that are pressed. */
function styleChooser(stage, deck) {
  const address = `/deck/${deck}/style`;
  const box = h("div", { className: "segments", role: "group", "aria-label": "Styles" });
  const fill = () => {
    const memory = stage.store.of(`/deck/${deck}/memory/load`)?.[0];
    const row = (stage.store.lists.get("/memory/list") ?? []).find(([name]) => name === memory);
    const styles = row?.[2]?.split(" ").filter(Boolean) ?? [];
    const chosen = stage.store.of(address) ?? ["all"];
    const buttons = (styles.length > 1 ? ["all", ...styles] : []).map((style) => {
      const button = h("button", { type: "button", textContent: style });
      button.setAttribute("aria-pressed", chosen.includes(style));
      button.addEventListener("click", () => {
        const kept = chosen.filter((one) => one !== "all" && one !== style);
        const next = chosen.includes(style) || style === "all" ? kept : [...kept, style];
        stage.send(address, ...(style === "all" || !next.length ? ["all"] : next));
      });
      return button;
    });
    box.replaceChildren(...buttons);
    element.hidden = !buttons.length;
  };
  const element = h("div", { className: "control" }, box, chip(address));
  fill();
  const topics = [address, "/memory/list", `/deck/${deck}/memory/load`];
  const ends = topics.map((topic) => stage.store.on(topic, fill));
  return { element, end: () => ends.forEach((end) => end()) };
}
