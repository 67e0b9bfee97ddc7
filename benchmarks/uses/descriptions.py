"""See ``artifacts``."""

from uses.artifacts import use as use
