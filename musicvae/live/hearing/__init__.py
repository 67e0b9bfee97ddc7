"""What the decks hear of a sound that comes in: repaired, levelled, gated and encoded.

Sound is counted in sample frames of the engine, and looked at in windows of 64 that begin at whole
multiples of 64. So what is heard does not depend on the lengths of blocks, and can be rendered
again.
"""
