// Puts the instrument together, plays from the first touch on, and keeps it for later visits.

import { bar } from "./bar.js";
import { note } from "../page/dom.js";
import { file } from "./files.js";
import { missing } from "./missing.js";
import { Panel } from "./panel.js";
import { Stage } from "./stage.js";

const lost = document.getElementById("lost");
const start = document.getElementById("start");

/** Say something at the top; nothing if it is empty. */
function say(text) {
  lost.textContent = text;
  lost.hidden = !text;
}

async function begin() {
  const stage = new Stage(await (await file("instrument.json")).json());
  const panel = new Panel(stage, (name) => choose(name));
  let wanted = false; // whether it is to play
  let loaded = null; // name of the model that plays or is loading

  const showPlaying = bar(stage, () => (wanted ? stop() : play()));

  async function choose(name) {
    stage.choose(name);
    const { model } = stage;
    const points = model.map && new Uint16Array(await (await file(model.map)).arrayBuffer());
    if (model !== stage.model) return; // another one was chosen meanwhile
    panel.build(points);
    document.getElementById("about").textContent =
      `${model.name}, a model under the licence ${model.licence}. Made with musicvae ${stage.index.version}.`;
    if (wanted) await play();
    else stage.prepare();
  }

  async function play() {
    wanted = true;
    start.hidden = true;
    showPlaying(true);
    document.body.classList.remove("away");
    const { name } = stage.model;
    try {
      if (loaded !== name) {
        loaded = name;
        say(`Loading ${name} …`);
        const there = stage.load();
        stage.sound.output.resume(); // now, while the browser knows that a hand asked for it
        await there;
      }
      if (loaded === name) say("");
      if (wanted) await stage.sound.output.resume();
    } catch (error) {
      [wanted, loaded] = [false, null];
      showPlaying(false);
      say(`${name} cannot be played: ${error.message}`);
    }
  }

  async function stop() {
    wanted = false;
    showPlaying(false);
    await stage.sound.output.suspend();
  }

  await choose(stage.index.models[0].name);
  document.getElementById("decks").replaceChildren(panel.element);
  say("");
  start.hidden = false;
  // The first touch plays, whatever it touches: browsers allow no sound before it.
  const kinds = ["pointerup", "keydown"];
  const first = ({ key, target }) => {
    if (key && !["Enter", " "].includes(key)) return;
    for (const kind of kinds) document.removeEventListener(kind, first);
    if (!wanted && !target.closest(".play")) play(); // which plays by itself
  };
  for (const kind of kinds) document.addEventListener(kind, first);
  stage.store.on("trouble", (reason) => note(reason, "trouble"));
  stage.store.on("state", () => {
    // A phone call or sleep interrupts; what was to play goes on with the next look at the page.
    if (wanted && !document.hidden && !stage.sound.output.playing) stage.sound.output.resume();
  });
  document.addEventListener("visibilitychange", () => {
    if (wanted && !document.hidden) stage.sound.output.resume();
  });
}

const absent = missing();
if (absent) say(absent);
else begin().catch((error) => say(`This instrument cannot be opened: ${error.message}`));
if (!absent) navigator.serviceWorker?.register("sw.js").catch(() => {}); // it plays all the same
