"""Each fault of a voice is counted, several of one block too."""

from __future__ import annotations

from typing import Any


def test_several_faults_of_one_block_are_counted_each(rig: Any) -> None:
    rig.send("/model/load", "clip")
    voice = rig.engine.decks["a"].voice
    rig.send("/play", 1)
    rig.render(1000)

    def fails() -> None:
        raise RuntimeError("a latent source")

    voice.controls.next = fails
    before = voice.work.failed
    rig.render(2000)
    assert voice.work.failed > before + 5
    assert rig.engine.faults.count == voice.work.failed - before


def test_what_a_voice_caught_before_it_failed_for_good_is_counted(rig: Any) -> None:
    rig.send("/model/load", "steady")
    voice = rig.engine.decks["a"].voice
    rig.send("/play", 1)
    read = voice.read

    def fails(out: Any) -> None:
        read(out)
        voice.work.fail(RuntimeError("a frame"))
        raise RuntimeError("the voice")

    voice.read = fails
    rig.render(512)
    assert rig.engine.faults.count == 2
    assert "the voice" in rig.engine.faults.problem
