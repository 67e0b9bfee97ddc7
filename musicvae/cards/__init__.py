"""Makes the cards of models: measures their artifacts on unheard tracks, reads their runs."""

from __future__ import annotations
