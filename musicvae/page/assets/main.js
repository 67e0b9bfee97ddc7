// Puts the page together, and keeps it true when the daemon or its models come and go.

import { bar, mix, tabs } from "./bar.js";
import { Deck } from "./deck.js";
import { note } from "./dom.js";
import { spectrum } from "./spectrum.js";
import { Stage } from "./stage.js";

const WORDS = {
  refused: "This link is an old one: open the link that musicvae live prints now.",
  lost: "The page has lost musicvae live. It connects again by itself.",
  waiting: "musicvae live does not answer. The page waits for it.",
};

const stage = new Stage();
const decks = ["a", "b"].map((name) => new Deck(stage, name));
const lost = document.getElementById("lost");

bar(stage);
spectrum(stage);
tabs();
document.getElementById("decks").replaceChildren(...decks.map((deck) => deck.element));

function build(path = "/") {
  if (!stage.space) return;
  if (path === "/" && !document.getElementById("mix").childElementCount) mix(stage);
  // Without a deck in the path, deck a is meant.
  for (const deck of decks) {
    if (path === "/" ? deck.name === "a" || !deck.built : path === `/deck/${deck.name}`) {
      deck.build();
      deck.built = true;
    }
  }
}

stage.store.on("trouble", (address, reason) => note(`${address}: ${reason}`, "trouble"));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) stage.send("/model/list"); // files may have come meanwhile
});

stage.begin(
  async (state) => {
    lost.hidden = state === "open";
    lost.textContent = WORDS[state] ?? "";
    document.body.classList.toggle("away", state !== "open");
    if (state === "lost" && (await stage.isRefused()) && !lost.hidden) {
      lost.textContent = WORDS.refused;
    }
    if (state !== "open") return;
    for (const deck of decks) deck.built = false;
    if (await stage.read()) build();
    stage.send("/model/list");
  },
  (path) => build(path),
);
