"""Makes the batches for training and testing, with tf.data, from the memory maps of a corpus.

A batch is a dictionary: ``audio``, float32 (batch, samples, channels), full scale ±1, and
``noise``, float32 (batch, dims), the ε of the reparameterisation. Both depend on the recipe's seed
and the step number alone (see :mod:`musicvae.data.crops`), so that a resumed run repeats nothing
and skips nothing, and the noise does not depend on the order in which operations are executed.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from musicvae.audio import Samples
from musicvae.data.augmenting.augmenter import Augmenter
from musicvae.data.corpus import Corpus
from musicvae.data.crops import TEST_NOISE, fixed_crops, noise, read_crops
from musicvae.data.loader import load
from musicvae.errors import SettingError
from musicvae.recipes import Recipe
from musicvae.vae.training.exit_guard import awaited_at_exit

#: Batches read at once: reading is a copy from memory or a disk access, and two hide the latter.
_READERS = 2
#: Batches that are kept ready.
_AHEAD = 4


def training_batches(
    corpus: Corpus,
    recipe: Recipe,
    first_step: int = 0,
    rows: slice | None = None,
    dims: int | None = None,
) -> tf.data.Dataset:
    """Endless batches of random crops, augmented as the recipe says, from ``first_step`` on.

    Args:
        corpus: the training tracks.
        recipe: gives batch size, clip length, augmentation, D and seed.
        first_step: step that the first batch belongs to.
        rows: which rows of every batch to make; by default all. Worker k of n asks for
            :func:`musicvae.vae.training.strategies.worker_rows` and gets its part of the same
            global batches.
        dims: numbers of ε for each clip; by default D.

    Returns:
        Batches as described above, ``len(rows)`` clips each. tf.data is told not to shard them
        again.

    Raises:
        SettingError: corpus and recipe disagree, ``first_step`` is negative, or no rows are left.
    """
    _check(corpus, recipe)
    chosen = range(recipe.batch_size)[rows if rows is not None else slice(None)]
    if not chosen:
        raise SettingError("no rows of a batch are left", expected="a slice of it", received=rows)
    if first_step < 0:
        raise SettingError("a step is negative", expected="at least 0", received=first_step)
    augmenter = Augmenter(corpus, recipe)

    def make(step: int) -> tuple[Samples, Samples]:
        audio = augmenter.crops(step, chosen)
        return audio, noise(recipe.seed, step, chosen, dims or recipe.latent_dim)

    steps = tf.data.Dataset.counter(first_step)
    return _dataset(steps, make, recipe, len(chosen), dims)


def test_batches(
    corpus: Corpus,
    recipe: Recipe,
    limit: int = 128,  # noqa: PT028 - the batches of the test tracks, not a test
    dims: int | None = None,  # noqa: PT028
) -> tf.data.Dataset:
    """Batches of fixed consecutive clips, never augmented; fixed noise. The last may be smaller.

    Args:
        corpus: the test tracks.
        recipe: gives batch size, clip length, D and seed.
        limit: largest number of clips, which are spread evenly over the tracks.
        dims: numbers of ε for each clip; by default D.

    Returns:
        Batches as described above.

    Raises:
        SettingError: corpus and recipe disagree, or ``limit`` is below 1.
    """
    _check(corpus, recipe)
    if limit < 1:
        raise SettingError("no test clips are asked for", expected="at least 1", received=limit)
    crops = fixed_crops(corpus.lengths, recipe.samples, limit)
    epsilon = noise(recipe.seed, 0, range(len(crops)), dims or recipe.latent_dim, TEST_NOISE)
    size = recipe.batch_size

    def make(batch: int) -> tuple[Samples, Samples]:
        part = slice(batch * size, (batch + 1) * size)
        return read_crops(corpus, crops[part], recipe.samples), epsilon[part]

    steps = tf.data.Dataset.range(-(-len(crops) // size))
    return _dataset(steps, make, recipe, None, dims)


def steps_per_epoch(corpus: Corpus, recipe: Recipe) -> int:
    """Steps that take as many samples as the corpus has; at least 1."""
    return max(1, -(-int(corpus.lengths.sum()) // (recipe.samples * recipe.batch_size)))


def map_data(filename: tf.Tensor, sr: int = 3_000, samples: int = 90_001) -> tf.Tensor:
    """Read a file as one row of samples, for ``tf.data.Dataset.map``; as in the notebook.

    Args:
        filename: scalar string tensor.
        sr: rate to resample to, in Hz.
        samples: length of the row, in samples.

    Returns:
        float32 (1, samples), full scale ±1; see :func:`musicvae.data.loader.load`.
    """

    @awaited_at_exit
    def row(name: bytes) -> Samples:
        return load(name.decode("utf-8"), sr, samples)[0]

    return tf.ensure_shape(tf.numpy_function(row, [filename], tf.float32), (1, samples))


def _check(corpus: Corpus, recipe: Recipe) -> None:
    """Check that the corpus has the recipe's rate and channels.

    Raises:
        SettingError: it does not.
    """
    if corpus.spec != recipe.audio:
        raise SettingError(
            "the corpus was decoded for another recipe",
            expected=f"{recipe.sample_rate} Hz, {recipe.channels} channel(s)",
            received=f"{corpus.spec.sample_rate} Hz, {corpus.spec.channels} channel(s)",
        )


def _dataset(
    steps: tf.data.Dataset,
    make: Callable[[int], tuple[Samples, Samples]],
    recipe: Recipe,
    rows: int | None,
    dims: int | None,
) -> tf.data.Dataset:
    """A dataset of the batches that ``make`` returns for the numbers in ``steps``.

    Args:
        steps: int64 scalars.
        make: returns audio, float32 (rows, samples, channels), and noise, float32 (rows, dims).
        recipe: gives samples, channels and D.
        rows: rows of a batch, or ``None`` where batches differ.
        dims: numbers of ε for each clip; by default D.
    """
    made = awaited_at_exit(lambda step: make(int(step)))

    def batch(step: tf.Tensor) -> dict[str, tf.Tensor]:
        audio, epsilon = tf.numpy_function(made, [step], (tf.float32, tf.float32), stateful=False)
        return {
            "audio": tf.ensure_shape(audio, (rows, recipe.samples, recipe.channels)),
            "noise": tf.ensure_shape(epsilon, (rows, dims or recipe.latent_dim)),
        }

    batches = steps.map(batch, num_parallel_calls=_READERS, deterministic=True).prefetch(_AHEAD)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    return batches.with_options(options)
