"""Where the sound goes: a sound card, a WAV file, or nowhere."""
