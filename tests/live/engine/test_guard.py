"""Whatever a voice, a command or a callback raises, the sound goes on without a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.commands import readers
from musicvae.live.commands.address import Command, Row, Target

EVER = range(1, 10**9)
#: Two decks of ±0.5, each at the amplitude of the cross-fader's middle.
HALF = 0.5 * np.cos(np.pi / 4)
#: The steepest step of a fade of 10 ms (80 sample frames) from that level.
STEEPEST = HALF * np.pi / 2 / 80 * 1.01


@pytest.fixture
def inject(beside: Callable[[str], Any]) -> Callable[..., Any]:
    made: Callable[..., Any] = beside("fault_injection").inject
    return made


@pytest.fixture
def playing(rig: Any) -> Any:
    """Both decks sound, at +0.5 each, in the middle of the cross-fader."""
    for deck in "ab":
        rig.send(f"/deck/{deck}/model/load", "steady")
        rig.send(f"/deck/{deck}/play", 1)
    rig.send("/crossfade", 0.5)
    rig.render(2000)
    return rig


def steps(out: Any) -> Any:
    return np.abs(np.diff(out[:, 0]))


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), MemoryError(), RuntimeError("[ONNXRuntimeError] : 1 : FAIL"), RecursionError()],
    ids=lambda error: type(error).__name__,
)
def test_a_voice_that_raises_fades_out_and_the_other_deck_goes_on(
    playing: Any, inject: Any, error: Exception
) -> None:
    inject(playing.engine.decks["a"].voice, "read", EVER, error)
    out = playing.render(1000)
    assert out[0, 0] == pytest.approx(2 * HALF, abs=0.01)
    assert steps(out).max() <= STEEPEST
    assert out[200:, 0] == pytest.approx(HALF, abs=1e-6)
    assert playing.engine.faults.count == 1  # it is not asked again
    assert type(error).__name__ in playing.engine.faults.problem
    assert "steady" in playing.engine.faults.problem


def test_a_faulted_deck_sounds_again_with_the_next_model(playing: Any, inject: Any) -> None:
    inject(playing.engine.decks["a"].voice, "read", EVER)
    playing.render(500)
    playing.send("/deck/a/latent", 1.0)  # it still obeys
    playing.send("/deck/a/model/load", "minus")
    out = playing.render(2000)
    assert steps(out).max() <= STEEPEST
    assert out[-1, 0] == pytest.approx(0.0, abs=1e-6)  # +0.5 and -0.5


def test_a_panic_gives_a_faulted_voice_another_chance(playing: Any, inject: Any) -> None:
    inject(playing.engine.decks["a"].voice, "read", (1,))
    playing.render(500)
    for deck in "ab":
        playing.send(f"/deck/{deck}/panic")
    playing.render(200)
    for deck in "ab":
        playing.send(f"/deck/{deck}/play", 1)
    assert playing.render(500)[-1, 0] == pytest.approx(2 * HALF, abs=0.01)


@pytest.mark.parametrize("which", ["old", "new"])
def test_a_fault_within_the_cross_fade_to_another_model(
    playing: Any, inject: Any, which: str
) -> None:
    old = playing.engine.decks["a"].voice
    playing.send("/deck/a/model/load", "minus")
    playing.render(200)
    inject(old if which == "old" else playing.engine.decks["a"].voice, "read", EVER)
    out = playing.render(2000)
    assert steps(out).max() <= 2 * STEEPEST  # of the fault, and of the cross-fade
    expected = 0.0 if which == "old" else HALF
    assert out[-1, 0] == pytest.approx(expected, abs=1e-6)
    assert playing.engine.faults.count == 1


def test_a_voice_without_finite_samples_is_silenced(playing: Any) -> None:
    voice = playing.engine.decks["a"].voice
    healthy = voice.read

    def read(out: Any) -> None:
        healthy(out)
        out[len(out) // 2] = np.nan

    voice.read = read
    out = playing.render(1000)
    assert np.isfinite(out).all()
    assert steps(out).max() <= STEEPEST
    assert playing.engine.faults.count == 1


def test_a_voice_that_cannot_forget_is_counted(playing: Any, inject: Any) -> None:
    inject(playing.engine.decks["a"].voice, "forget", EVER)
    playing.send("/panic")
    playing.render(500)
    assert playing.engine.faults.count == 1


@pytest.mark.parametrize("block", [1, 7, 512, 3000])
def test_a_frame_that_raises_gives_the_same_sound_for_any_block(
    make_rig: Any, models: Any, inject: Any, block: int
) -> None:
    def broken() -> Any:
        decoder = models.Waves(models.stream_info(4, 8000, 200, ""))
        inject(decoder, "push", (7, 8, 20), TypeError("a wrong dtype at this frame"))
        return decoder

    def played(block: int) -> Any:
        rig = make_rig(broken=broken)
        rig.send("/model/load", "broken")
        rig.send("/latent", 1.0, -1.0, 0.5, 2.0)
        rig.send("/play", 1)
        out = rig.render(6000, block)
        assert rig.engine.faults.count >= 2
        assert "a wrong dtype" in rig.engine.faults.problem
        assert out[-200:].any()  # it sounds again
        return out

    np.testing.assert_array_equal(played(block), played(512))


def test_a_latent_source_that_raises_is_concealed(playing: Any, inject: Any) -> None:
    inject(playing.engine.decks["a"].voice.controls, "next", (1,))
    out = playing.render(1500)
    assert playing.engine.faults.count == 1
    assert out[-1, 0] == pytest.approx(2 * HALF, abs=0.01)


def test_a_clip_loops_on_when_its_latents_raise(rig: Any, inject: Any) -> None:
    rig.send("/model/load", "clip")
    rig.send("/play", 1)
    rig.send("/latent", 0.5)
    rig.render(8000)
    inject(rig.engine.decks["a"].voice.controls, "next", EVER)
    assert np.abs(rig.render(4000)).max() > 0.01
    assert rig.engine.faults.count >= 1


def _row(path: str, apply: Any, target: Target = Target.DECK, **more: Any) -> Row[Any]:
    return Row(path, "", "", readers.nothing, target=target, apply=apply, **more)


def raises(*_: Any) -> Any:
    raise ZeroDivisionError("injected")


@pytest.mark.parametrize("target", [*Target], ids=lambda target: target.name)
def test_a_command_that_raises_is_counted_and_the_others_are_applied(
    playing: Any, target: Target
) -> None:
    bad = _row("/bad", raises, target, deck=True, source="walk")
    gain = _row("/good", lambda deck, *_: deck.set_gain(-6.0))
    playing.log.clear()
    seen: list[int] = []
    batch = playing.engine.post(Command(bad, "a"), Command(gain, "a"), then=seen.append)
    out = playing.render(1000)
    assert playing.engine.decks["a"].gain_db == -6.0
    assert isinstance(batch.error, ZeroDivisionError)
    assert seen == [2000]
    assert playing.engine.faults.count == 1
    assert playing.engine.faults.problem.endswith("/bad: ZeroDivisionError: injected")
    assert [line for line in playing.log if "/bad" in line] == []  # the score can be rendered
    assert out.any()


def test_a_command_for_a_deck_that_is_none_is_counted(playing: Any) -> None:
    """As ``/status`` in a preset was: a row that changes nothing, for deck ''."""
    playing.engine.post(Command(Row("/status", "", "", readers.nothing)))
    assert playing.render(100).any()
    assert playing.engine.faults.count == 1


def test_a_rule_of_coalescing_that_raises_loses_no_command(playing: Any) -> None:
    row = _row("/gain", lambda deck, c, _: deck.set_gain(c.number), replaced_by=raises)
    for db in (-3.0, -9.0):
        playing.engine.post(Command(row, "a", values=(db,)))
    playing.render(10)
    assert playing.engine.decks["a"].gain_db == -9.0
    assert playing.engine.faults.count == 1


@pytest.mark.parametrize("callback", ["journal", "tap"])
def test_a_callback_that_raises_disturbs_nothing(playing: Any, callback: str) -> None:
    setattr(playing.engine, callback, raises)
    playing.send("/deck/a/gain", 0.0)
    out = playing.render(1000)
    assert out[:, 0] == pytest.approx(2 * HALF, abs=1e-3)
    assert playing.engine.faults.count == 1
    assert playing.engine.tap is None  # a recording ends; it has no gap


def test_an_answer_that_raises_disturbs_nothing(playing: Any) -> None:
    playing.engine.post(then=raises)
    assert playing.render(100).any()
    assert playing.engine.faults.count == 1


def test_a_swap_that_raises_leaves_the_old_model_whole(playing: Any, inject: Any) -> None:
    deck = playing.engine.decks["a"]
    before, shape = deck.voice, deck.shape
    new = playing.voice("small", "a")
    new.controls.info = before.controls.info  # as if of the same latent space
    new.controls.adopt = raises
    batch = playing.engine.post(
        Command(_row("/swap", lambda deck, _, voice: deck.swap(voice)), "a"), payloads=(new,)
    )
    out = playing.render(1000)
    assert batch.error is not None
    assert (deck.voice, deck.shape) == (before, shape)
    assert out[:, 0] == pytest.approx(2 * HALF, abs=1e-3)


def test_payloads_that_are_too_few_are_refused_where_they_are_posted(playing: Any) -> None:
    row = _row("/x", raises)
    with pytest.raises(ValueError, match="1 payloads for 2 commands"):
        playing.engine.post(Command(row, "a"), Command(row, "a"), payloads=(None,))
