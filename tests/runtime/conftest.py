"""What tests of players begin with."""

from __future__ import annotations

from weakref import WeakValueDictionary

import pytest

from musicvae.runtime import session


@pytest.fixture(autouse=True)
def no_session_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Players of the same file share a session, also with those of a test before."""
    monkeypatch.setattr(session, "_sessions", WeakValueDictionary())
