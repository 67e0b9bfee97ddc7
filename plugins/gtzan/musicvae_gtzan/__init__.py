"""The ten genres of the GTZAN collection (Tzanetakis & Cook 2002), as a musicvae plug-in.

Each genre is a declaration. The recipe ``stream``, the default, suits all of them as it is. For the
recipe ``clip`` a genre sets the length of a clip and the number of latents for each step of it:

- A clip holds whole bars at a tempo that is usual for the genre, so that a clip played as a loop
  keeps the beat: one bar of slow music, two bars of fast music.
- Music with many kinds of sound gets more latents than music that repeats a few.

Importing this module loads neither numpy nor TensorFlow.
"""

from __future__ import annotations

from musicvae.genres import Genre

#: The rate of the recipe ``clip`` in Hz, at which the lengths below are counted.
SAMPLE_RATE = 22_050

#: Samples of one latent step of the model ``clip`` (93 ms); a clip is a whole number of them.
STEP = 2_048


def _clip(beats: int, tempo: float, latents: int) -> dict[str, dict[str, int]]:
    """Settings for clips of ``beats`` beats at ``tempo``, rounded to a whole number of steps.

    Args:
        beats: number of beats in one clip.
        tempo: in beats per minute.
        latents: number of latents for each step.
    """
    steps = round(beats * 60 / tempo * SAMPLE_RATE / STEP)
    return {"clip": {"samples": steps * STEP, "latent_dim": steps * latents}}


BLUES = Genre(
    name="blues",
    description=(
        "Twelve bars over three seventh chords, a shuffled or slow swing in triplets; guitar, "
        "harmonica, piano and voice call and answer, bent notes throughout."
    ),
    folders=("delta blues", "chicago blues"),
    tempo=(55, 150),
    settings=_clip(beats=4, tempo=103, latents=16),
)

CLASSICAL = Genre(
    name="classical",
    description=(
        "Acoustic and mostly unamplified: strings, piano, woodwind, full orchestra. No drum kit, "
        "wide dynamics, a pulse that breathes, long notes that die away in a hall."
    ),
    folders=("classic", "classical music", "orchestral"),
    tempo=(45, 135),
    settings=_clip(beats=6, tempo=97, latents=20),  # slow notes need the time
)

COUNTRY = Genre(
    name="country",
    description=(
        "Strummed and picked acoustic guitars over an alternating bass, train beat or waltz; "
        "fiddle, pedal steel and banjo around a clear voice, plain major chords."
    ),
    folders=("country and western", "country western", "bluegrass"),
    tempo=(65, 160),
    settings=_clip(beats=6, tempo=121, latents=16),  # two bars of waltz, three of two-step
)

DISCO = Genre(
    name="disco",
    description=(
        "Four on the floor with open hi-hats off the beat, octave bass lines, scratching guitars, "
        "string and brass stabs, a high soulful voice; steady and bright."
    ),
    folders=("disco funk",),
    tempo=(108, 132),
    settings=_clip(beats=8, tempo=119, latents=12),
)

HIPHOP = Genre(
    name="hiphop",
    description=(
        "A looped break or drum machine with a heavy kick and a snare on two and four, deep bass, "
        "short sampled phrases, and a rapped voice well in front."
    ),
    folders=("hip-hop", "hip hop", "rap"),
    tempo=(70, 148),
    settings=_clip(beats=4, tempo=92, latents=12),
)

JAZZ = Genre(
    name="jazz",
    description=(
        "Ride cymbal and walking bass in swung quavers, extended chords on piano or guitar, "
        "improvising horns; from ballads with brushes to fast bebop."
    ),
    folders=("jazz music", "swing", "bebop"),
    tempo=(58, 260),
    settings=_clip(beats=8, tempo=147, latents=20),
)

METAL = Genre(
    name="metal",
    description=(
        "Distorted guitars in low, palm-muted riffs and power chords, double bass drum, dense and "
        "loud up to the highest octave; a screamed or soaring voice."
    ),
    folders=("heavy metal", "metal music"),
    tempo=(65, 225),
    settings=_clip(beats=8, tempo=140, latents=16),
)

POP = Genre(
    name="pop",
    description=(
        "A sung tune in front of a polished, compressed backing: synthesisers, piano or guitars, "
        "a plain beat, four chords in a round, and a chorus that lifts."
    ),
    folders=("pop music",),
    tempo=(62, 130),
    settings=_clip(beats=4, tempo=107, latents=16),
)

REGGAE = Genre(
    name="reggae",
    description=(
        "Chopped guitar or organ off the beat, a melodic bass below everything, the kick on the "
        "third beat (one drop), rim shots, horns, and echoes from the mixing desk."
    ),
    folders=("dub", "ska", "roots reggae"),
    tempo=(64, 148),
    settings=_clip(beats=4, tempo=79, latents=12),
)

ROCK = Genre(
    name="rock",
    description=(
        "Electric guitars with some overdrive, bass and a hard-hit kit with the backbeat on two "
        "and four; riffs, verses and a shouted or sung chorus, live and roomy."
    ),
    folders=("rock music", "rock and roll", "rock'n'roll"),
    tempo=(65, 188),
    settings=_clip(beats=8, tempo=128, latents=16),
)

#: All ten, in alphabetical order.
ALL = (BLUES, CLASSICAL, COUNTRY, DISCO, HIPHOP, JAZZ, METAL, POP, REGGAE, ROCK)
