// What concerns all decks: levels, latency, recording, panic.

import { chip, h } from "./dom.js";
import { learning } from "./learning.js";

const LOWEST = -60;
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
  button.title = "Silence on all decks, at once";
  button.addEventListener("click", () => stage.send(PANIC));
  return h("div", { className: "control" }, button, chip(PANIC));
}
