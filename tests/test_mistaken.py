"""Something else than a public function takes is refused by name, with the call that was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musicvae as mv
from musicvae.errors import AudioError, LatentError, MusicVAEError, SettingError, TapeError

SOUND: Any = mv.Sound.of(np.zeros(800), 8_000)
TAPE: Any = mv.Tape(np.zeros((1, 4), np.float32), 16_000, 64, 1, 64)
TEXT: Any = "solo.tape"
FILE: Any = Path("voice.wav")

#: Calls, the error, and what its text holds.
CALLS: list[tuple[Callable[[], object], type[MusicVAEError], str]] = [
    (
        lambda: mv.play("jazz", TEXT),
        SettingError,
        'mv.StreamDecoder("jazz").play(mv.Tape.load("solo.tape"))',
    ),
    (lambda: mv.play("jazz", TAPE), SettingError, 'mv.StreamDecoder("jazz").play(tape)'),
    (lambda: mv.improvise("jazz", TEXT), SettingError, 'play(mv.Tape.load("solo.tape"))'),
    (lambda: mv.play("jazz", SOUND), SettingError, "seconds above 0"),
    (lambda: mv.play(TAPE), MusicVAEError, "this is not a path"),
    (lambda: mv.play("jazz", 1, source=["walk"]), SettingError, "no such source"),  # type: ignore[arg-type]
    (lambda: mv.improvise("jazz", 1, continuity=TEXT), SettingError, "continuity is no number"),
    (lambda: mv.improvise("jazz", 1, temperature=TEXT), SettingError, "no number"),
    (lambda: mv.improvise("jazz", 1, memory=SOUND), MusicVAEError, "this is not a path"),
    (lambda: mv.improvise("jazz", 1, attributes=TEXT), SettingError, "attributes are given by"),
    (lambda: mv.StreamDecoder("jazz").play(TEXT), TapeError, 'musicvae.Tape.load("solo.tape")'),
    (lambda: mv.StreamDecoder("jazz").play(SOUND), TapeError, "this is not a tape"),
    (lambda: mv.StreamDecoder("jazz").push(TEXT), LatentError, "latents must be numbers"),
    (lambda: mv.StreamDecoder(SOUND), MusicVAEError, "this is not a path"),
    (lambda: mv.transform("jazz", "voice.wav"), AudioError, 'musicvae.read("voice.wav")'),
    (lambda: mv.transform("jazz", FILE), AudioError, 'musicvae.read("voice.wav")'),
    (lambda: mv.Sound.of(FILE, 8_000), AudioError, 'musicvae.read("voice.wav")'),
    (lambda: mv.Encoder("jazz").encode(FILE), AudioError, 'musicvae.read("voice.wav")'),
    (lambda: mv.write("x.wav", FILE), AudioError, 'musicvae.read("voice.wav")'),
    (lambda: mv.write(SOUND, FILE), AudioError, "this is not a path"),
    (lambda: mv.read(SOUND), AudioError, "this is not a path"),
    (lambda: mv.read(FILE, TEXT), AudioError, "seconds from 0 on"),
    (lambda: mv.inspect(TAPE), MusicVAEError, "this is not a path"),
    (lambda: mv.scan(SOUND), MusicVAEError, "this is not a path"),
    (lambda: mv.scan("sounds", TAPE), SettingError, "this is not a genre"),
    (lambda: mv.export(TAPE, "x.onnx"), MusicVAEError, "this cannot be exported"),
    (lambda: mv.Tape.load(TAPE), TapeError, "this is not a path"),
    (lambda: mv.Memory.load(TAPE), MusicVAEError, "this is not a path"),
    (lambda: mv.load(SOUND), MusicVAEError, "this is not a path"),
]


@pytest.mark.parametrize(("call", "error", "text"), CALLS)
def test_what_was_meant_is_told(
    call: Callable[[], object],
    error: type[MusicVAEError],
    text: str,
    ready_site: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ready_site.bring("jazz", encoder=True, memory=True)
    with pytest.raises(error) as refused:
        call()
    assert text in str(refused.value)
    assert refused.value.expected
