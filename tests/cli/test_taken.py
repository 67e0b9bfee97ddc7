"""Options of ``live`` that need no value, and take the model as one."""

from __future__ import annotations

from typing import Any

import pytest

from musicvae.cli.main import main


@pytest.mark.parametrize("option", ["input", "record", "midi"])
@pytest.mark.parametrize("model", ["jazz", "models/jazz.onnx"])
def test_a_model_that_an_option_has_taken_is_told(
    ready_site: Any, capsys: pytest.CaptureFixture[str], option: str, model: str
) -> None:
    ready_site.bring("jazz")
    assert main(["live", f"--{option}", model]) == 1
    told = f"{model!r} was taken as the value of --{option}: musicvae live {model} --{option}"
    assert told in capsys.readouterr().err
    assert main(["live", f"--{option}", "other"]) == 1
    assert "was taken" not in capsys.readouterr().err
