// The points of a map, as the daemon tells them, and ways through it. No DOM.

// A colour for each style, in the order in which they come: far apart, and legible on black.
const COLOURS = [
  ...["#f2a541", "#62b8ea", "#e0679b", "#7fd08c", "#c79bf2"],
  ...["#f4e07a", "#ff8a6b", "#5fd6c9", "#a9b665", "#d9d4c7"],
];
// Places of a way that is sent.
const MOST_PLACES = 64;

export class Points {
  /** @param {() => string} own the colour of the deck, which the style that comes first gets */
  constructor(own) {
    this.own = own;
    this.forget();
  }

  /** Another memory is loaded, or the daemon is another one. */
  forget() {
    this.memories = new Map();
    this.colours = new Map();
    this.axes = ["", ""];
  }

  /** Take in `/map.reply` or `/map/points.reply`, after their deck; the same twice does no harm. */
  hear(address, [memory, ...values]) {
    const known = this.memories.get(memory) ?? new Map();
    this.memories.set(memory, known);
    if (address === "/map.reply") {
      this.axes = values.slice(1);
      known.clear();
      return;
    }
    const [style, first, ...numbers] = values;
    if (!this.colours.has(style)) this.colours.set(style, this.nextColour());
    const row = known.get(style) ?? [];
    known.set(style, row);
    numbers.forEach((number, at) => (row[2 * first + at] = number));
  }

  nextColour() {
    const own = this.own();
    const all = [own, ...COLOURS.filter((one) => one !== own)];
    return all[this.colours.size % all.length];
  }

  /** How many points a memory has. */
  count(memory) {
    const rows = [...(this.memories.get(memory)?.values() ?? [])];
    return rows.reduce((sum, row) => sum + row.length / 2, 0);
  }

  /** The styles of a memory with their colours. */
  styles(memory) {
    return [...(this.memories.get(memory)?.keys() ?? [])].map((name) => [name, this.colours.get(name)]);
  }
}

/** How long a way is, in sides of the map. */
export function length(way) {
  return way.slice(1).reduce((sum, [x, y], at) => sum + Math.hypot(x - way[at][0], y - way[at][1]), 0);
}

/** A way of few enough places, its first and last among them. */
export function thinned(way, most = MOST_PLACES) {
  if (way.length <= most) return way;
  return Array.from({ length: most }, (_, at) => way[Math.round((at * (way.length - 1)) / (most - 1))]);
}

/** Where a dot that moves slowly is shown: from where it was, towards where it is to be. */
export function nearer([x, y], [toX, toY], share) {
  return [x + share * (toX - x), y + share * (toY - y)];
}
