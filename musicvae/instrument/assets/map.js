// The map of a memory: each second a point, alike ones near each other. Touch one to go there, draw
// to walk there; the dot is what plays, and its track stands out.

import { h, soon } from "../page/dom.js";

/** Numbers of a point: across, upwards, share of the memory, number of its track; of 16 bits. */
const NUMBERS = 4;
const FULL = 65535;
const SIZE = 3;
const HELP = "Each point is a second of the music: touch to go there, or draw.";

/** @param {Uint16Array} data of the file, @param {string} place the address that it sends */
export function map(stage, data, place) {
  const points = Array.from({ length: data.length / NUMBERS }, (_, n) => {
    const [x, y, share, part] = data.subarray(n * NUMBERS, (n + 1) * NUMBERS);
    return { x: x / FULL, y: y / FULL, share: share / FULL, part };
  });
  const canvas = h("canvas", { "aria-hidden": "true" });
  const dot = h("span", { className: "ghost", hidden: true });
  const area = h("div", { className: "pad map", tabIndex: 0, role: "slider" }, canvas, dot);
  area.setAttribute("aria-label", "Map of the memory");
  area.setAttribute("aria-valuemin", 0);
  area.setAttribute("aria-valuemax", 100);
  area.setAttribute("aria-valuenow", 0);
  let [now, part] = [0, -1];

  function draw() {
    const { clientWidth: width, clientHeight: height } = area;
    const scale = globalThis.devicePixelRatio || 1;
    Object.assign(canvas, { width: width * scale, height: height * scale });
    const context = canvas.getContext("2d");
    const style = getComputedStyle(area);
    const colours = [style.getPropertyValue("--quiet"), style.getPropertyValue("--own")];
    for (const own of [false, true]) {
      context.fillStyle = colours[Number(own)];
      context.globalAlpha = own ? 1 : 0.45;
      for (const point of points) {
        if ((point.part === part) !== own) continue;
        const [x, y] = [point.x * width, (1 - point.y) * height];
        context.fillRect(x * scale, y * scale, SIZE * scale, SIZE * scale);
      }
    }
  }

  function go(n) {
    now = Math.min(points.length - 1, Math.max(0, n));
    stage.send(place, points[now].share);
    say();
  }

  /** The newest place, and its track. */
  function say(track) {
    dot.style.setProperty("left", `${100 * points[now].x}%`);
    dot.style.setProperty("bottom", `${100 * points[now].y}%`);
    area.setAttribute("aria-valuenow", Math.round(100 * points[now].share));
    if (track) area.setAttribute("aria-valuetext", track);
  }

  function nearest(event) {
    const box = area.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (box.bottom - event.clientY) / box.height;
    const far = (one) => ((one.x - x) * box.width) ** 2 + ((one.y - y) * box.height) ** 2;
    return points.reduce((best, one, n) => (far(one) < far(points[best]) ? n : best), 0);
  }

  area.addEventListener("pointerdown", (event) => {
    area.setPointerCapture(event.pointerId);
    go(nearest(event));
  });
  area.addEventListener("pointermove", (event) => {
    if (area.hasPointerCapture(event.pointerId)) soon(area, () => nearest(event) !== now && go(nearest(event)));
  });
  area.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 20, PageDown: -20 };
    const ends = { Home: 0, End: points.length - 1 };
    if (!(event.key in step) && !(event.key in ends)) return;
    go(ends[event.key] ?? now + step[event.key]);
    event.preventDefault();
  });
  const told = stage.store.on("status", (status) => {
    dot.hidden = status.place === undefined;
    if (dot.hidden) return;
    const behind = points.findIndex(({ share }) => share > status.place);
    now = behind < 0 ? points.length - 1 : Math.max(0, behind - 1);
    say(`${status.track}, ${Math.round(100 * status.place)} %`);
    if (part === status.part) return;
    part = status.part;
    soon(canvas, draw);
  });
  const watcher = new ResizeObserver(() => soon(canvas, draw));
  watcher.observe(area);
  return {
    element: h("div", {}, area, h("p", { className: "about", textContent: HELP })),
    end() {
      told();
      watcher.disconnect();
    },
  };
}
