// What this browser lacks to play; empty where it can.

export function missing() {
  if (!globalThis.isSecureContext) {
    return "Browsers let a page play only over https, or from this machine: open it so.";
  }
  const needed = { WebAssembly: globalThis.WebAssembly, Worker: globalThis.Worker };
  needed.AudioWorklet = globalThis.AudioWorkletNode;
  needed.DecompressionStream = globalThis.DecompressionStream;
  const absent = Object.keys(needed).filter((name) => needed[name] === undefined);
  if (!absent.length) return "";
  return `This browser lacks ${absent.join(" and ")}, and cannot play. Those of 2023 or newer can.`;
}
