from __future__ import annotations

import pytest

from musicvae.cli import playing


@pytest.mark.parametrize("link", ["http://localhost:7702", "http://10.0.0.5:7702/?token=Zk3"])
def test_the_link_for_another_machine_is_a_code_too(
    link: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    segno = pytest.importorskip("segno", reason="segno, which makes the code, is not installed")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    playing._show_link(link)
    said = capsys.readouterr().out
    segno.make(link, micro=False).terminal(compact=True)
    code = capsys.readouterr().out
    assert said == f"      page  {link}\n" + ("" if "localhost" in link else code)
