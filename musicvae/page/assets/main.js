// Puts the page together, and keeps it true when the daemon or its models come and go.

import { bar } from "./bar.js";
import { Deck } from "./deck.js";
import { note } from "./dom.js";
import { mix, tabs } from "./mixer.js";
import { spectrum } from "./spectrum.js";
import { Stage } from "./stage.js";

const WORDS = {
  refused: "This link is an old one: open the link that musicvae live prints now.",
  lost: "The page has lost musicvae live. It connects again by itself.",
  waiting: "musicvae live does not answer. The page waits for it.",
};

const stage = new Stage();
let decks = [];
const lost = document.getElementById("lost");

bar(stage);
spectrum(stage);
// Until it is known which decks there are, so that nothing is seen to move.
tabs(["a", "b"]);
document.getElementById("decks").replaceChildren();

/** Put as many decks into the page as the daemon has. */
function begin() {
  const names = Object.keys(stage.node("/deck").CONTENTS).sort();
  if (names.join() === decks.map((deck) => deck.name).join()) return;
  decks = names.map((name) => new Deck(stage, name));
  document.getElementById("decks").replaceChildren(...decks.map((deck) => deck.element));
  tabs(names);
  mix(stage, names);
}

function build(path = "/") {
  if (!stage.space) return;
  begin();
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
