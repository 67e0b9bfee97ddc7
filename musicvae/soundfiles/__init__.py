"""Reads sound files of strangers, block by block: what is sound in them, whatever headers say.

formats     which endings are sound, and which of them can be read
headers     where the sound of wav, aiff, caf, w64 and au lies, and how much of it is there
streams     the same for Ogg and MP3
windows     parts of a file, with some bytes replaced, as files of their own
opening     opens a file by its path; errors name it
reader      decodes any of them to blocks of float32
samples     arrays of any numbers as samples
conversion  rate and channels of blocks, and what is made of several
"""
