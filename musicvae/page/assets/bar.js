// What concerns both decks: levels, latency, recording, panic, and the cross-fader.

import { chip, h } from "./dom.js";
import { faders } from "./controls.js";
import { learning } from "./learning.js";

const LOWEST = -60;
const DECKS = ["a", "b"];
const PANIC = "/deck/*/panic";

/** The bar at the top. */
export function bar(stage) {
  meters(stage);
  figures(stage);
  const actions = document.getElementById("actions");
  actions.replaceChildren(learning(stage), record(stage), panic(stage));
}

function meters(stage) {
  const place = document.getElementById("meters");
  const bars = [0, 1].map(() => h("span", { className: "meter" }, h("span", {})));
  place.replaceChildren(...bars);
  stage.store.on("peak", (peaks) => {
    bars.forEach((meter, channel) => {
      const db = peaks[channel] ?? peaks[0] ?? LOWEST;
      const share = 1 - Math.max(LOWEST, Math.min(0, db)) / LOWEST;
      meter.firstChild.style.setProperty("transform", `scaleX(${share})`);
      meter.dataset.hot = db > -1 ? "red" : db > -6 ? "yellow" : "";
    });
    place.setAttribute("aria-label", `Level ${Math.round(Math.max(...peaks))} decibels`);
  });
}

function figures(stage) {
  const place = document.getElementById("figures");
  const cell = (name, title) => {
    const value = h("dd", { textContent: "–" });
    place.append(h("div", { title }, h("dt", { textContent: name }), value));
    return value;
  };
  place.replaceChildren();
  const latency = cell("latency", "From a message to the sound it causes");
  const load = cell("load", "Share of the time that decoding takes");
  const late = cell("late", "How often a block came too late");
  stage.store.on("status", (status) => {
    latency.textContent = `${Math.round(status.latency_ms)} ms`;
    load.textContent = `${Math.round(100 * status.load)} %`;
    late.textContent = status.underruns;
    late.classList.toggle("trouble", status.underruns > 0);
    load.classList.toggle("trouble", status.load > 0.5);
  });
}

function record(stage) {
  const button = h("button", { type: "button", className: "record", textContent: "record" });
  button.title = "/record/start, /record/stop";
  button.setAttribute("aria-pressed", false);
  let on = false;
  button.addEventListener("click", () => stage.send(on ? "/record/stop" : "/record/start"));
  stage.store.on("status", ({ recording }) => {
    on = recording !== "";
    button.setAttribute("aria-pressed", on);
    button.textContent = on ? "recording" : "record";
    button.setAttribute("aria-label", on ? `Stop recording ${recording}` : "Record");
  });
  return h("div", { className: "control" }, button, chip("/record/start"));
}

function panic(stage) {
  const button = h("button", { type: "button", className: "panic", textContent: "panic" });
  button.title = "Silence on both decks, at once";
  button.addEventListener("click", () => stage.send(PANIC));
  return h("div", { className: "control" }, button, chip(PANIC));
}

/** The choice of the deck that a narrow screen shows. */
export function tabs() {
  const place = document.getElementById("tabs");
  const buttons = DECKS.map((deck) => {
    const button = h("button", { type: "button", textContent: `deck ${deck}`, "data-deck": deck });
    button.addEventListener("click", () => show(deck));
    return button;
  });
  const show = (deck) => {
    document.body.dataset.shown = deck;
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.deck === deck);
  };
  place.replaceChildren(...buttons);
  show("a");
}

/** The cross-fader at the bottom. */
export function mix(stage) {
  const place = document.getElementById("mix");
  const node = stage.node("/crossfade");
  const cross = faders(stage, "/crossfade", node, "cross-fade");
  place.replaceChildren(
    h("span", { className: "end a", textContent: "a" }),
    cross.element,
    h("span", { className: "end b", textContent: "b" }),
  );
}
