"""Ready models: what is known of each, and which are installed."""

from __future__ import annotations
