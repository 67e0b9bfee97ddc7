// The source that walks at random, as the music moves; for models without a memory.

import { dot } from "./numbers.js";
import { Steps } from "./steps.js";

/** Correlation of two steps of a model that does not say how its latents move. */
const ALIKE = 0.8;

export class WalkSource {
  /** @param {object} info of the model: its latents' means, and its dynamics or null */
  constructor(info) {
    const width = info.latent_dim;
    this.means = info.latents.map(({ mean }) => mean);
    const diagonal = (value) =>
      this.means.map((_, row) => this.means.map((__, column) => (row === column ? value : 0)));
    this.matrix = info.dynamics?.matrix ?? diagonal(ALIKE);
    this.root = cholesky(info.dynamics?.noise ?? diagonal(1 - ALIKE ** 2));
    this.steps = new Steps(width, info.stride);
    this.row = new Float64Array(width);
  }

  begin(draws) {
    this.draws = draws;
    this.row.fill(0);
    this.steps.share = 1;
    // From the mean it is soon as far away as music is: half a second of steps that nobody hears.
    for (let step = 0; step < 24; step += 1) this.draw(this.steps.following);
  }

  next(out, { speed, radius }) {
    this.steps.goOn((row) => this.draw(row));
    this.steps.write(out, speed);
    for (let n = 0; n < out.length; n += 1) out[n] = this.means[n] + radius * out[n];
  }

  draw(out) {
    const drawn = this.means.map(() => this.draws.normal());
    this.row = this.matrix.map((row, n) => dot(row, this.row) + dot(this.root[n], drawn, n + 1));
    out.set(this.row);
  }
}

/** The lower triangle L of a covariance, which is L · Lᵀ. */
function cholesky(covariance) {
  const root = covariance.map((row) => row.map(() => 0));
  covariance.forEach((row, i) => {
    for (let j = 0; j <= i; j += 1) {
      const rest = row[j] - dot(root[i], root[j], j);
      root[i][j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / root[j][j];
    }
  });
  return root;
}
