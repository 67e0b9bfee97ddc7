// The bar at the top: level, how fast and how soon, and the button that plays.

import { h } from "../page/dom.js";

const LOWEST = -60;

export function bar(stage, toggle) {
  meter(stage);
  figures(stage);
  const button = h("button", { type: "button", className: "play", textContent: "play" });
  button.addEventListener("click", toggle);
  document.getElementById("actions").replaceChildren(button);
  return (playing) => {
    button.textContent = playing ? "stop" : "play";
    button.setAttribute("aria-pressed", playing);
  };
}

function meter(stage) {
  const place = document.getElementById("meters");
  const fill = h("span", {});
  const level = h("span", { className: "meter" }, fill);
  place.replaceChildren(level);
  stage.store.on("peak", (db) => {
    const share = 1 - Math.max(LOWEST, Math.min(0, db)) / LOWEST;
    fill.style.setProperty("transform", `scaleX(${share})`);
    level.dataset.hot = db > -1 ? "red" : db > -6 ? "yellow" : "";
    place.setAttribute("aria-label", `Level ${Math.round(Math.max(LOWEST, db))} decibels`);
  });
}

function figures(stage) {
  const place = document.getElementById("figures");
  const cell = (name, title) => {
    const value = h("dd", { textContent: "–", id: name });
    place.append(h("div", { title }, h("dt", { textContent: name }), value));
    return value;
  };
  place.replaceChildren();
  const speed = cell("speed", "How many times faster than it plays this device decodes, on one core");
  const latency = cell("latency", "From a hand to the sound, as far as the browser knows");
  const late = cell("late", "How often the sound was interrupted, since decoding was late");
  stage.store.on("status", (status) => {
    speed.textContent = `${status.speed.toFixed(1)} ×`;
    latency.textContent = `${Math.round(status.latency)} ms`;
    late.textContent = status.late;
    speed.classList.toggle("trouble", status.speed < 1.3);
    late.classList.toggle("trouble", status.late > 0);
  });
}
