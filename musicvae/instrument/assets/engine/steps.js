// The two latent steps between which a source moves, frame by frame.

/** Steps in one frame at most. */
const MOST = 4;

export class Steps {
  constructor(width, stride) {
    Object.assign(this, { last: new Float32Array(width), following: new Float32Array(width) });
    Object.assign(this, { share: 1, stride: Math.max(1, stride) });
  }

  /** Let `draw` write further steps, as many as are due. */
  goOn(draw) {
    while (this.share >= 1) {
      this.share -= 1;
      this.last.set(this.following);
      draw(this.following);
    }
  }

  /** Write the latents of this frame: steps are held, and interpolated below the music's speed. */
  write(out, speed) {
    const share = speed >= 1 ? 0 : this.share;
    for (let n = 0; n < out.length; n += 1) {
      out[n] = this.last[n] + share * (this.following[n] - this.last[n]);
    }
    this.share += Math.min(speed / this.stride, MOST);
  }
}
