"""Memories: encoded tracks that a deck improvises over.

bank           a memory as an object and as a file
memory_header  what its file says in plain text
memory_format  the bytes of the file
joints         the steps at which one may leave a track or enter it
measured       what was measured of the sound after each joint
neighbours     for each joint, the joints before which the music was most alike
places         what a memory says of its joints, ready to be compared
choosing       which of several places comes next
steering       what a performer asks of a model, as wishes
music_map      each second of a memory as a point of a plane
leading        leads a memory over its map, to a place or along a way
search         the places that fit a moment best, looked for in small parts
improviser     plays on along a track, and jumps
"""

from musicvae.latents.memory.bank import ENDINGS as ENDINGS
from musicvae.latents.memory.bank import Memory as Memory
from musicvae.latents.memory.memory_header import Part as Part
