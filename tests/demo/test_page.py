from __future__ import annotations

from pathlib import Path

from musicvae.demo.page import Chapter, write_page


def test_a_page_shows_its_chapters_in_order(tmp_path: Path) -> None:
    chapters = [
        Chapter("Training", "It took a while.", pictures=["curves.png"], text="loss  0.5"),
        Chapter("Playing", "It sounded.", sounds=["take.wav"], command="musicvae live a.onnx"),
    ]
    page = write_page(tmp_path / "index.html", chapters, 61.4).read_text("utf-8")
    words = [
        "in 61 seconds",
        "1. Training",
        'src="curves.png"',
        "loss  0.5",
        "2. Playing",
        'src="take.wav"',
        "musicvae live a.onnx",
    ]
    places = [page.index(word) for word in words]
    assert places == sorted(places)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_text_is_not_markup(tmp_path: Path) -> None:
    chapter = Chapter("<b>", "a & b", sounds=['"x".wav'], text="<script>", command="a > b")
    html = chapter.html(1)
    for raw in ("<b>", "a & b", '"x"', "<script>", "a > b"):
        assert raw not in html
    assert "&lt;script&gt;" in html
