// The spectrogram of what sounds: it scrolls to the left. With reduced motion, bars that stand.

import { h, soon } from "./dom.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const LOWEST = 40;
// Levels from black to white, in dBFS, and the colours between.
const [QUIET, LOUD] = [-84, -14];
const STOPS = [[11, 12, 15], [38, 27, 74], [125, 43, 110], [242, 165, 65], [255, 246, 224]];
// Pixels of a moment.
const STEP = 3;
const MARKS = [["100 Hz", 100], ["1 k", 1000], ["10 k", 10_000]];

/** A colour for each share, 0 to 1, of the way from quiet to loud. */
function colour(share) {
  const place = Math.min(0.9999, Math.max(0, share)) * (STOPS.length - 1);
  const at = Math.floor(place);
  return STOPS[at].map((from, part) => from + (place - at) * (STOPS[at + 1][part] - from));
}

export function spectrum(stage) {
  const place = document.getElementById("sound");
  const canvas = place.querySelector("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  const column = document.createElement("canvas");
  let shares = [];

  const marks = MARKS.map(([words, pitch]) => [h("span", { textContent: words }), pitch]);
  const mark = ({ rate }) => {
    const highest = Math.min(16_000, 0.45 * rate);
    for (const [element, pitch] of marks) {
      const share = Math.log(pitch / LOWEST) / Math.log(highest / LOWEST);
      element.hidden = share > 0.95;
      element.style.setProperty("bottom", `${100 * share}%`);
    }
  };
  mark({ rate: 44_100 });
  place.append(...marks.map(([element]) => element));
  stage.store.on("status", mark);

  /** Keep the canvas as large as its place; what was drawn is scaled. */
  function fit() {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((one) =>
      Math.max(1, Math.round(one * devicePixelRatio)),
    );
    if (canvas.width === width && canvas.height === height) return;
    Object.assign(canvas, { width, height });
    pen.fillStyle = `rgb(${STOPS[0]})`;
    pen.fillRect(0, 0, width, height);
  }

  function scroll() {
    fit();
    const step = Math.round(STEP * devicePixelRatio);
    const { width, height } = canvas;
    pen.drawImage(canvas, -step, 0);
    Object.assign(column, { width: 1, height: shares.length });
    const image = new ImageData(1, shares.length);
    shares.forEach((share, band) => image.data.set([...colour(share), 255], 4 * (shares.length - 1 - band)));
    column.getContext("2d").putImageData(image, 0, 0);
    pen.drawImage(column, 0, 0, 1, shares.length, width - step, 0, step, height);
  }

  function bars() {
    fit();
    const { width, height } = canvas;
    pen.fillStyle = `rgb(${STOPS[0]})`;
    pen.fillRect(0, 0, width, height);
    const each = width / shares.length;
    shares.forEach((share, band) => {
      pen.fillStyle = `rgb(${colour(0.35 + 0.5 * share).map(Math.round)})`;
      const tall = Math.max(0, Math.min(1, share)) * height;
      pen.fillRect(band * each + 1, height - tall, each - 2, tall);
    });
  }

  stage.store.on("spectrum", (levels) => {
    if (document.hidden) return;
    shares = levels.map((level) => (level - QUIET) / (LOUD - QUIET));
    place.classList.toggle("still", still.matches);
    soon(canvas, still.matches ? bars : scroll);
  });
}
