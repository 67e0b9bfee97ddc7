// The connection to the page's server: it opens itself again, whatever ended it.

import { decode, encode } from "./osc.js";

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 4000;
// The daemon says its status ten times a second; a phone that slept has a dead connection.
const SILENCE = 4000;

export class Link {
  /**
   * @param {(message: {address: string, values: any[]}) => void} hear a message of the daemon
   * @param {(state: "open" | "waiting" | "lost") => void} changed whether there is a connection;
   *   "waiting" is one to the page's server, which has lost the daemon
   * @param {(path: string) => void} moved addresses below this path are others now
   */
  constructor(hear, changed, moved) {
    Object.assign(this, { hear, changed, moved, pause: FIRST_PAUSE, heard: 0, socket: null });
    document.addEventListener("visibilitychange", () => this.wake());
    addEventListener("online", () => this.wake());
    setInterval(() => this.look(), 1000);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(`ws://${location.host}/`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heard = performance.now();
    socket.onopen = () => {
      this.pause = FIRST_PAUSE;
      socket.send(JSON.stringify({ COMMAND: "FOLLOW" }));
      this.changed("open");
    };
    socket.onmessage = ({ data }) => {
      this.heard = performance.now();
      if (typeof data === "string") this.obey(JSON.parse(data));
      else this.hear(decode(data));
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.changed("lost");
      this.timer = setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    };
  }

  obey({ COMMAND, DATA }) {
    if (COMMAND === "PATH_CHANGED") this.moved(DATA);
    if (COMMAND === "DAEMON") this.changed(DATA ? "open" : "waiting");
  }

  look() {
    if (this.socket && performance.now() - this.heard > SILENCE) this.again();
  }

  wake() {
    if (document.hidden) return;
    this.pause = FIRST_PAUSE;
    if (!this.socket || performance.now() - this.heard > 1000) this.again();
  }

  again() {
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.changed("lost");
    this.open();
  }

  /** Send a message; returns whether there is a connection. */
  send(address, ...values) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(encode(address, ...values));
    return true;
  }
}
