// What every part of the page needs: the connection, what the daemon said, and the address space.

import { Link } from "./link.js";
import { Store } from "./store.js";

export class Stage {
  constructor() {
    this.store = new Store();
    this.space = null;
  }

  /** Connect; `changed` is told of the connection, `moved` when addresses are others. */
  begin(changed, moved) {
    const hear = (message) => this.store.hear(message);
    this.link = new Link(hear, changed, async (path) => {
      await this.read();
      moved(path);
    });
  }

  /** Read the address space; returns whether that was possible. */
  async read() {
    try {
      const answer = await fetch("/", { headers: { Accept: "application/json" } });
      if (answer.ok) this.space = await answer.json();
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** Whether the server is there but refuses this page: its token is that of an earlier start. */
  async isRefused() {
    try {
      return (await fetch("/?HOST_INFO")).status === 403;
    } catch {
      return false;
    }
  }

  /** The OSCQuery node of a path; undefined if there is none. */
  node(path) {
    let found = this.space;
    for (const name of path.split("/").slice(1)) found = found?.CONTENTS?.[name];
    return found;
  }

  /** The addresses below a path whose last part is a name or a number, in their order. */
  below(path) {
    const inside = this.node(path)?.CONTENTS ?? {};
    return Object.values(inside).map((node) => node.FULL_PATH);
  }

  send(address, ...values) {
    return this.link?.send(address, ...values) ?? false;
  }

  /** Ask for a list, and call `act` with its rows now (if they are known) and whenever they come. */
  list(address, act) {
    const known = this.store.lists.get(address);
    if (known) act(known);
    return this.store.on(address, act);
  }
}
