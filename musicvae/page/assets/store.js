// What the daemon has said: values by address, what sounds, the status, lists. No DOM, no sockets.

export class Store {
  constructor() {
    this.values = new Map();
    this.lists = new Map();
    this.status = {};
    this.listeners = new Map();
    this.collected = new Map();
  }

  /** Call `act` with the values of an address, or what a topic such as "status" brings. */
  on(topic, act) {
    const set = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, set.add(act));
    return () => set.delete(act);
  }

  tell(topic, ...told) {
    for (const act of [...(this.listeners.get(topic) ?? [])]) act(...told);
  }

  /** The values of an address; of one latent, its element of the vector of all. */
  of(address) {
    const known = this.values.get(address);
    if (known) return known;
    const [, vector, index] = /^(.*)\/(\d+)$/.exec(address) ?? [];
    const value = this.values.get(vector)?.[Number(index)];
    return value === undefined ? undefined : [value];
  }

  /** Take in a message of the daemon. */
  hear({ address, values }) {
    if (address === "/get.reply") this.hearValue(values[0], values.slice(1));
    else if (address === "/sounding") this.tell(`sounding ${values[0]}`, values.slice(1));
    else if (address === "/peak") this.tell("peak", values);
    else if (address === "/spectrum.reply") this.tell("spectrum", values);
    else if (/^\/map(\/points)?\.reply$/.test(address)) this.tell(`map ${values[0]}`, address, values.slice(1));
    else if (address === "/status.reply") {
      this.status = pairs(values);
      this.tell("status", this.status);
    } else if (address.endsWith("/list.reply")) this.collect(address, values);
    else if (address === "/done") this.finish(values[0]);
    else if (address === "/fail" || address === "/error") this.tell("trouble", ...values);
    if (address === "/done" || address === "/fail") this.tell("over", address, ...values);
  }

  hearValue(address, values) {
    const before = this.values.get(address) ?? [];
    const [, deck] = /^\/deck\/([^/]+)\/model\/load$/.exec(address) ?? [];
    if (deck) this.forget(`/deck/${deck}/`);
    this.values.set(address, values);
    this.tell(address, values);
    values.forEach((value, index) => {
      if (value !== before[index]) this.tell(`${address}/${index}`, [value]);
    });
  }

  /** Forget what was said of the model that played before. */
  forget(prefix) {
    for (const address of this.values.keys()) {
      if (address.startsWith(prefix)) this.values.delete(address);
    }
  }

  /** Replies of a list, until its /done says that it is whole. */
  collect(address, values) {
    const kind = address.replace(".reply", "");
    const rows = this.collected.get(kind) ?? new Map();
    this.collected.set(kind, rows.set(values[0], values));
  }

  finish(address) {
    if (!address?.endsWith("/list")) return;
    // Presets are listed for a deck, and their replies do not say for which; jobs have an order.
    const kind = address.replace(/^\/deck\/[^/]+/, "");
    this.lists.set(address, [...(this.collected.get(kind)?.values() ?? [])]);
    this.collected.delete(kind);
    this.tell(address, this.lists.get(address));
  }
}

/** Names and values in turn, as an object. */
export function pairs(values) {
  const found = {};
  for (let at = 0; at + 1 < values.length; at += 2) found[values[at]] = values[at + 1];
  return found;
}
