// Draws a map on a canvas: the points once, and over them what moves.

const still = matchMedia("(prefers-reduced-motion: reduce)");
// Pixels of a point's radius; places of the trail; a move that is farther is a jump, without a line.
const RADIUS = 2.4;
const TRAIL = 60;
const JUMP = 0.1;

export class MapPicture {
  constructor(canvas, points) {
    Object.assign(this, { canvas, points, way: [], cursor: null, stale: true });
    this.back = document.createElement("canvas");
    this.forget();
  }

  /** Nothing is known of what sounds. */
  forget() {
    Object.assign(this, { dot: null, trail: [], stale: true });
  }

  /** What sounds is here now. */
  move(spot) {
    this.dot = spot;
    this.trail.push(spot);
    if (this.trail.length > TRAIL) this.trail.shift();
  }

  draw(memory) {
    const { canvas } = this;
    const scale = devicePixelRatio;
    const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale].map(Math.round);
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      this.stale = true;
    }
    if (this.stale) this.drawPoints(width, height, scale, memory);
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.drawImage(this.back, 0, 0);
    const to = ([x, y]) => [x * width, (1 - y) * height];
    const own = getComputedStyle(canvas).getPropertyValue("--own").trim();
    if (!still.matches) this.drawTrail(pen, to, scale);
    this.drawWay(pen, to, scale, own);
    this.drawDot(pen, to, scale, own);
    if (this.cursor) this.drawCursor(pen, to, scale);
  }

  drawPoints(width, height, scale, memory) {
    Object.assign(this.back, { width, height });
    const pen = this.back.getContext("2d");
    // The music that plays last, over all other.
    const memories = [...this.points.memories].sort(([one], [other]) => (one === memory) - (other === memory));
    for (const [name, styles] of memories) {
      const mine = name === memory;
      pen.globalAlpha = mine ? 0.95 : 0.35;
      const radius = scale * (mine ? RADIUS : 0.7 * RADIUS);
      for (const [style, row] of styles) {
        pen.fillStyle = this.points.colours.get(style);
        pen.beginPath();
        for (let at = 0; at + 1 < row.length; at += 2) {
          const [x, y] = [row[at] * width, (1 - row[at + 1]) * height];
          pen.moveTo(x + radius, y);
          pen.arc(x, y, radius, 0, 2 * Math.PI);
        }
        pen.fill();
      }
    }
    this.stale = false;
  }

  drawTrail(pen, to, scale) {
    pen.lineWidth = 2 * scale;
    pen.strokeStyle = "#fff";
    this.trail.slice(1).forEach((spot, at) => {
      const before = this.trail[at];
      if (Math.hypot(spot[0] - before[0], spot[1] - before[1]) > JUMP) return;
      pen.globalAlpha = (0.7 * at) / this.trail.length;
      pen.beginPath();
      pen.moveTo(...to(before));
      pen.lineTo(...to(spot));
      pen.stroke();
    });
    pen.globalAlpha = 1;
  }

  drawWay(pen, to, scale, own) {
    if (!this.way.length) return;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(...to(this.way[0]));
    for (const spot of this.way) pen.lineTo(...to(spot));
    // A dark edge keeps it apart from points of its own colour.
    for (const [width, colour] of [[11, "#0b0c0f"], [5, own]]) {
      pen.lineWidth = width * scale;
      pen.strokeStyle = colour;
      pen.stroke();
    }
  }

  drawDot(pen, to, scale, own) {
    if (!this.dot) return;
    pen.beginPath();
    pen.arc(...to(this.dot), 9 * scale, 0, 2 * Math.PI);
    pen.fillStyle = "#fff";
    pen.fill();
    pen.lineWidth = 4 * scale;
    pen.strokeStyle = own;
    pen.stroke();
  }

  drawCursor(pen, to, scale) {
    const [x, y] = to(this.cursor);
    pen.strokeStyle = "#fff";
    pen.lineWidth = 2 * scale;
    pen.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      pen.moveTo(x + 4 * dx * scale, y + 4 * dy * scale);
      pen.lineTo(x + 16 * dx * scale, y + 16 * dy * scale);
    }
    pen.stroke();
  }
}
