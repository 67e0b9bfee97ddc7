"""With a real PortAudio and a JACK server without hardware: what arrives, sample for sample."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import SettingError
from musicvae.live.outputs import devices
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.outputs.soundcard import SoundCard


def test_what_is_rendered_arrives_and_a_late_block_is_a_pause(
    jack: Any, jacks: Any, hearing: Any, callback: str, tmp_path: Path
) -> None:
    jacks.needs_jack(capture=True)
    for attempt in range(3):
        path = tmp_path / f"heard{attempt}.wav"
        if attempted(jacks.Capture(jack, path, 4), jacks, hearing, callback):
            return
    pytest.skip("the machine is too busy: blocks were late before any was meant to be")


def attempted(capture: Any, jacks: Any, hearing: Any, callback: str) -> bool:
    """Whether JACK ran well enough for what was captured to mean anything."""
    card = SoundCard(ahead_ms=8)
    assert (card.callback, card.sample_rate, card.channels) == (callback, 48_000, 2)
    render = hearing.Counting()
    jacks.wait_for(capture.running)
    card.start(render)
    jacks.wait_for(lambda: render.rendered > 48_000)
    assert card.latency_ms > 0
    before = card.underruns
    render.late = 0.06
    jacks.wait_for(lambda: render.rendered > 96_000)
    assert card.underruns > before
    card.stop()
    heard = capture.samples()
    if card._device.xruns:
        return False
    # jack_capture connects to one output after the other, perhaps in the midst of the sound. A
    # pause before that is counted, and not heard.
    heard = heard[(heard != 0).argmax(axis=0).max() :]
    assert len(heard) > 96_000
    assert (heard[:, 0] == heard[:, 1]).all()
    assert heard[-1, 0] == 0  # it has faded
    assert card.failure is None
    unheard = card.underruns - hearing.gaps(heard[:, 0], begun=True)
    assert 0 <= unheard <= before
    return bool(unheard == 0)


def test_a_server_that_dies_and_comes_back(
    jack: Any, jacks: Any, hearing: Any, callback: str
) -> None:
    for _ in range(2):
        card = SoundCard()
        render = hearing.Counting()
        card.start(render)
        jacks.wait_for(lambda: render.rendered > 10_000)  # noqa: B023 (waits here)
        jack.kill()
        jacks.wait_for(lambda: card.finished)  # noqa: B023
        card.stop()
        card.stop()
        assert "went away" in str(card.failure)
        devices.refresh()
        assert not any(device.jack for device in devices.outputs())
        jack.start()
        devices.refresh()
        assert any(device.jack for device in devices.outputs())


def test_a_server_that_changes_its_blocks_is_opened_again(
    jack: Any, jacks: Any, hearing: Any
) -> None:
    """A card that is heard, too, runs in JACK's own blocks, or what it hears would wait for one."""
    if shutil.which("jack_bufsize") is None:
        pytest.skip("jack_bufsize (Debian: jack-example-tools) is not installed")
    pytest.importorskip("rtmixer", reason="rtmixer is not installed")
    try:
        for block, lasts in ((512, False), (256, True)):  # as the server, which then takes 1024
            card = SoundCard("system", microphone="system", block=block)
            render = hearing.Counting()
            card.start(render)
            jacks.wait_for(lambda: render.rendered > 10_000)  # noqa: B023 (waits here)
            assert not card.finished
            if not lasts:
                subprocess.run(["jack_bufsize", "1024"], check=True, capture_output=True)
                jacks.wait_for(lambda: card.finished)  # noqa: B023
            card.stop()
    finally:
        subprocess.run(["jack_bufsize", "512"], check=True, capture_output=True)


def test_a_card_that_is_never_started_closes(jack: Any) -> None:
    card = SoundCard()
    card.stop()
    assert card.failure is None


def test_the_engine_plays_on_while_the_server_is_away(jack: Any, jacks: Any, hearing: Any) -> None:
    said: list[str] = []
    output = Reconnecting(SoundCard)
    output.on_change = said.append
    render = hearing.Counting()
    output.start(render)
    jacks.wait_for(lambda: render.rendered > 10_000)
    assert output.callback in ("C", "Python")
    jack.kill()
    jacks.wait_for(lambda: output.state.startswith("lost"))
    lost = render.rendered
    jacks.wait_for(lambda: render.rendered > lost + 48_000)  # and one attempt failed by now
    assert (output.reconnects, output.callback, output.queue_ms) == (0, "", 0.0)
    jack.start()
    jacks.wait_for(lambda: output.reconnects == 1)
    back = render.rendered
    jacks.wait_for(lambda: render.rendered > back + 10_000)
    output.switch(lambda: SoundCard(block=256))
    assert output.block == 256
    back = render.rendered
    jacks.wait_for(lambda: render.rendered > back + 10_000)
    with pytest.raises(SettingError, match="does not suit"):
        output.switch(lambda: SoundCard(channels=1))
    assert output.block == 256
    back = render.rendered
    jacks.wait_for(lambda: render.rendered > back + 10_000)
    output.stop()
    assert [word.split(":")[0] for word in said] == ["lost", "playing"]
    assert output.failure is None
