from __future__ import annotations

from musicvae.live.console.notices import Notices


def test_the_newest_is_kept_and_each_is_shown_while_somebody_shows_them() -> None:
    notices, shown = Notices(), []
    assert notices.last == ""
    notices.say("nobody looks")
    notices.show_with(shown.append)
    notices.say("the disk is full")
    notices.say("the card is gone")
    notices.show_with(None)
    notices.say("nobody looks again")
    assert shown == ["the disk is full", "the card is gone"]
    assert notices.last == "nobody looks again"
