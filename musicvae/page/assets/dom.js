// Makes elements; nothing here is written as HTML, so no text from elsewhere becomes markup.

/** An element with properties, `data-`, `aria-` and other attributes, and children. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A number for ids. */
let made = 0;
export const newId = (name) => `${name}-${(made += 1)}`;

/** The address that a control sends, as a button that copies it. */
export function chip(address) {
  const button = h("button", { className: "chip", type: "button", title: "Copy this OSC address" });
  button.textContent = address;
  button.setAttribute("aria-label", `Copy the OSC address ${address}`);
  button.addEventListener("click", async () => {
    await copy(address);
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 900);
    note(`Copied ${address}`);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Over plain HTTP from another machine there is no clipboard: by way of a selection.
    const field = h("textarea", { value: text, className: "unseen" });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

/** Tell people something for some seconds. */
export function note(text, kind = "") {
  const place = document.getElementById("notes");
  const said = h("p", { className: kind, textContent: text });
  place.append(said);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => said.remove(), kind === "trouble" ? 8000 : 2500);
}

/** What fits between two changes of the screen: the newest call of each key counts. */
const waiting = new Map();
export function soon(key, act) {
  if (waiting.size === 0) {
    requestAnimationFrame(() => {
      const acts = [...waiting.values()];
      waiting.clear();
      for (const one of acts) one();
    });
  }
  waiting.set(key, act);
}
