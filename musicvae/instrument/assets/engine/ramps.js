// Numbers that move to new targets in straight lines, one frame at a time.

export class Ramps {
  constructor(width) {
    this.value = new Float32Array(width);
    this.target = new Float32Array(width);
    this.left = new Uint32Array(width);
  }

  to(index, value, frames) {
    this.target[index] = value;
    this.left[index] = Math.max(1, frames);
  }

  jump() {
    this.value.set(this.target);
    this.left.fill(0);
  }

  advance() {
    const { value, target, left } = this;
    for (let n = 0; n < value.length; n += 1) {
      if (!left[n]) continue;
      value[n] += (target[n] - value[n]) / left[n];
      left[n] -= 1;
      if (!left[n]) value[n] = target[n];
    }
  }
}
