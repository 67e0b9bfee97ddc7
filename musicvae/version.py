"""The version of all distributions: musicvae, musicvae-export and musicvae-gtzan read it here."""

__version__ = "0.1.0"
