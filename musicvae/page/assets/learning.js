// MIDI learn: press "MIDI", touch a control, move a knob of the controller.

import { chip, h, note } from "./dom.js";

const LEARN = "/midi/learn";
const ANOTHER = "another address is learnt";

/** The address that a control of the page sends; undefined if there is no control. */
export function addressAt(target) {
  const control = target.closest?.(".control");
  return control?.querySelector(".chip")?.textContent;
}

/** The button, which makes the next touch a wish instead of a movement. */
export function learning(stage) {
  const button = h("button", { type: "button", className: "learn", textContent: "MIDI" });
  button.title = "Bind a knob of a MIDI controller: press this, touch a control, move the knob";
  const element = h("div", { className: "control" }, button, chip(LEARN));
  let waiting = "";

  const show = (on) => {
    button.setAttribute("aria-pressed", on);
    document.body.classList.toggle("learning", on);
    for (const kind of ["pointerdown", "keydown", "click"]) {
      document[on ? "addEventListener" : "removeEventListener"](kind, choose, true);
    }
  };
  const choose = (event) => {
    if (event.type === "keydown" && event.key === "Escape") return end();
    const key = event.type === "keydown" && !["Enter", " "].includes(event.key);
    const address = element.contains(event.target) ? undefined : addressAt(event.target);
    if (!address || key) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "click" || address === waiting) return; // of the same touch
    waiting = address;
    stage.send(LEARN, address);
    note(`Move a knob for ${address}`);
  };
  const end = () => {
    if (waiting) stage.send(LEARN);
    waiting = "";
    show(false);
  };

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") end();
    else {
      show(true);
      note("Touch a control, then move a knob; Escape or MIDI ends it");
    }
  });
  stage.store.on("over", (kind, address, ...values) => {
    if (address !== LEARN) return;
    if (kind === "/done" && values.length === 2) note(`${values[1]} moves ${values[0]}`);
    // Another wish takes the place of the first one, which is told by this reason, too.
    const ends = kind === "/done" ? values[0] === waiting : values[0] !== ANOTHER;
    if (waiting && ends) {
      waiting = "";
      show(false);
    }
  });
  show(false);
  return element;
}
