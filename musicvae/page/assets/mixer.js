// What chooses and mixes decks: tabs, the cross-fader, and of more than two decks the gain of each.

import { faders, toggle } from "./controls.js";
import { h } from "./dom.js";

// Degrees between the colours of two decks, of which base.css has the first two.
const GOLDEN = 137.5;
const THIRD = 100;

/** Give what belongs to a deck its colour. */
export function paint(element, deck) {
  const place = deck.charCodeAt(0) - "c".charCodeAt(0);
  const colour = `hsl(${(THIRD + place * GOLDEN) % 360} 62% 66%)`;
  element.style.setProperty("--own", place < 0 ? `var(--${deck})` : colour);
  return element;
}

/** The deck that a narrow screen shows; the others are beside it where there is room. */
function show(deck) {
  for (const one of document.querySelectorAll(".deck, #tabs button")) {
    const shown = one.dataset.deck === deck;
    if (one.matches("button")) one.setAttribute("aria-pressed", shown);
    else one.classList.toggle("shown", shown);
  }
}

/** The choice of the deck that a narrow screen shows. */
export function tabs(decks) {
  const buttons = decks.map((deck) => {
    const button = h("button", { type: "button", textContent: `deck ${deck}`, "data-deck": deck });
    button.addEventListener("click", () => show(deck));
    return paint(button, deck);
  });
  document.getElementById("tabs").replaceChildren(...buttons);
  show(decks[0]);
}

/** What is at the bottom; nothing where there is one deck. */
export function mix(stage, decks) {
  const many = decks.length > 2;
  document.body.classList.toggle("many", many);
  document.body.classList.toggle("alone", decks.length === 1);
  const place = document.getElementById("mix");
  const cross = faders(stage, "/crossfade", stage.node("/crossfade"), "cross-fade");
  const ends = ["a", "b"].map((deck) => h("span", { className: `end ${deck}`, textContent: deck }));
  const line = [ends[0], cross.element, ends[1]];
  if (!many) return place.replaceChildren(...line);
  place.setAttribute("aria-label", "Cross-fader and gains");
  place.replaceChildren(
    h("div", { className: "cross" }, line),
    h("div", { className: "strips" }, decks.map((deck) => strip(stage, deck))),
  );
}

/** The gain of a deck, whether it plays, and the way to it. */
function strip(stage, deck) {
  const path = (address) => `/deck/${deck}${address}`;
  const go = h("button", { type: "button", className: "end", textContent: deck });
  go.setAttribute("aria-label", `To deck ${deck}`);
  go.addEventListener("click", () => {
    show(deck);
    document.getElementById(`deck-${deck}`).scrollIntoView({ behavior: "smooth" });
  });
  const play = toggle(stage, path("/play"), stage.node(path("/play")));
  play.button.setAttribute("aria-label", `Play deck ${deck}`);
  const gain = faders(stage, path("/gain"), stage.node(path("/gain")), `${deck} gain`);
  const head = h("div", { className: "line" }, go, play.element);
  return paint(h("div", { className: "strip" }, head, gain.element), deck);
}
