// Presets as a grid: a touch goes there, a drag from one towards another one morphs between them.

import { chip, h, newId, note } from "./dom.js";

const SLACK = 10;
const TIMES = [0, 1, 4, 10];

/** The section of a deck; `end` when it is no longer shown. */
export function presets(stage, deck) {
  const path = (address) => `/deck/${deck}${address}`;
  const grid = h("div", { className: "presets", role: "group", "aria-label": "Presets" });
  const field = h("input", { id: newId("preset"), maxLength: 60, placeholder: "name" });
  field.setAttribute("aria-label", `Name of a preset of deck ${deck}`);
  const save = h("button", { type: "submit", textContent: "save" });
  const form = h("form", { className: "line" }, field, save);
  const within = h("select", { id: newId("within") });
  for (const time of TIMES) within.append(new Option(time ? `in ${time} s` : "at once", time));
  within.setAttribute("aria-label", "How fast a preset comes");
  const remove = h("button", { type: "button", className: "toggle", textContent: "delete" });
  remove.setAttribute("aria-pressed", false);
  remove.title = "Then touch the preset that is to go";
  remove.addEventListener("click", () => removing(remove.getAttribute("aria-pressed") !== "true"));
  const removing = (on) => {
    remove.setAttribute("aria-pressed", on);
    grid.classList.toggle("removing", on);
  };
  const empty = "Save how the deck is set now; then touch its name to go there again.";

  const fill = (rows) => {
    const tiles = rows.map(([name]) => tile(name));
    grid.replaceChildren(...(tiles.length ? tiles : [h("p", { className: "about", textContent: empty })]));
  };

  function tile(name) {
    const button = h("button", { type: "button", textContent: name, className: "tile" });
    let held = null;
    button.addEventListener("pointerdown", (event) => {
      if (event.button || remove.getAttribute("aria-pressed") === "true") return;
      held = { x: event.clientX, y: event.clientY, other: null };
      button.setPointerCapture(event.pointerId);
    });
    button.addEventListener("pointermove", (event) => {
      if (!held) return;
      const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
      if (Math.hypot(dx, dy) < SLACK) return;
      drag(button, dx, dy, held);
    });
    button.addEventListener("click", (event) => {
      if (held?.other) event.preventDefault();
      else go(name);
      release();
    });
    const release = () => {
      held?.other?.style.removeProperty("--share");
      held?.other?.classList.remove("towards");
      button.classList.remove("from");
      held = null;
    };
    button.addEventListener("pointercancel", release);
    return button;
  }

  /** Morph from a tile towards that which lies in the direction of a drag. */
  function drag(from, dx, dy, held) {
    const centre = (one) => {
      const box = one.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    const [x, y] = centre(from);
    let best = null;
    for (const other of grid.querySelectorAll(".tile")) {
      if (other === from) continue;
      const [ox, oy] = centre(other).map((value, at) => value - [x, y][at]);
      const length = Math.hypot(ox, oy);
      const cosine = (dx * ox + dy * oy) / (length * Math.hypot(dx, dy));
      const share = (dx * ox + dy * oy) / length ** 2;
      const miss = Math.abs(dx * oy - dy * ox) / length;
      const score = cosine > 0.5 ? miss + Math.abs(share - 1) * 4 : Infinity;
      if (score < (best?.score ?? Infinity)) best = { other, share, score };
    }
    if (!best) return;
    if (held.other && held.other !== best.other) {
      held.other.classList.remove("towards");
      held.other.style.removeProperty("--share");
    }
    held.other = best.other;
    const share = Math.min(1, Math.max(0, best.share));
    from.classList.add("from");
    best.other.classList.add("towards");
    best.other.style.setProperty("--share", `${100 * share}%`);
    stage.send(path("/morph"), from.textContent, best.other.textContent, share);
  }

  function go(name) {
    if (remove.getAttribute("aria-pressed") === "true") {
      stage.send(path("/preset/delete"), name);
      return removing(false);
    }
    const seconds = Number(within.value);
    if (seconds) stage.send(path("/morph/time"), name, seconds);
    else stage.send(path("/preset/load"), name);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (!name) return field.focus();
    stage.send(path("/preset/save"), name);
    field.value = "";
  });
  const ends = [
    stage.list(path("/preset/list"), fill),
    stage.store.on("over", (how, address) => {
      if (![path("/preset/save"), path("/preset/delete")].includes(address)) return;
      if (how === "/done" && address.endsWith("save")) note(`Deck ${deck}: saved`);
      stage.send(path("/preset/list"));
    }),
  ];
  stage.send(path("/preset/list"));
  const sent = ["/preset/load", "/preset/save", "/preset/delete", "/morph", "/morph/time"];
  const chips = sent.map((address) => chip(path(address)));
  return {
    element: h("div", {}, grid, h("div", { className: "line" }, form, within, remove), h("div", { className: "chips" }, chips)),
    end: () => ends.forEach((end) => end()),
  };
}
