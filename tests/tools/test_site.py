"""The documentation site: its links, its reference, and how it reads docstrings."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from types import ModuleType

import pytest


class Site:
    """The pages of a site, as the hook asks for them."""

    def __init__(self, uris: Collection[str]) -> None:
        self.uris = uris

    def get_file_from_path(self, uri: str) -> str | None:
        """The page, if there is one."""
        return uri if uri in self.uris else None


@pytest.fixture
def pages(load: Callable[[str], ModuleType]) -> ModuleType:
    pytest.importorskip("mkdocs", reason="MkDocs is not installed")
    return load("tools/site_pages.py")


@pytest.fixture
def docstrings(load: Callable[[str], ModuleType]) -> ModuleType:
    pytest.importorskip("griffe", reason="griffe, which comes with mkdocstrings, is not installed")
    return load("tools/site_docstrings.py")


@pytest.mark.parametrize(
    ("here", "link", "shown"),
    [
        ("README.md", "[osc](docs/osc.md#all)", "[osc](osc.md#all)"),
        ("README.md", "![new](docs/pictures/new.png)", "![new](pictures/new.png)"),
        ("docs/live.md", "[safe](../SECURITY.md)", "[safe](SECURITY.md)"),
        ("docs/live.md", "[home](../README.md)", "[home](index.md)"),
        ("docs/playing.md", "[Max](../examples/max/)", "[Max](examples/max/README.md)"),
        ("plugins/README.md", "[data](../docs/data.md)", "[data](../data.md)"),
        ("plugins/README.md", "[`gtzan/`](gtzan/)", "[`gtzan/`](gtzan/README.md)"),
        ("README.md", "[examples/](examples/)", "examples/"),
        ("docs/live.md", "[the map](../pyproject.toml)", "the map (`pyproject.toml`)"),
        ("README.md", "[gone](docs/gone.md)", "[gone](docs/gone.md)"),
        ("README.md", "[form](https://example.org/a)", "[form](https://example.org/a)"),
        ("README.md", "[below](#use-it)", "[below](#use-it)"),
    ],
)
def test_links_lead_to_pages_of_the_site(
    pages: ModuleType, here: str, link: str, shown: str
) -> None:
    site = Site(
        [
            *("index.md", "osc.md", "data.md", "live.md", "SECURITY.md", "pictures/new.png"),
            *("examples/max/README.md", "plugins/README.md", "plugins/gtzan/README.md"),
        ]
    )
    found = pages.LINK.search(link)
    assert pages.site_link(found, here, site) == shown


def test_paths_of_pages_come_back(pages: ModuleType) -> None:
    for path in ("README.md", "docs/live.md", "plugins/README.md"):
        assert pages.repository_path(pages.site_path(path)) == path


def test_every_public_module_is_in_the_reference_once(pages: ModuleType, root: Path) -> None:
    text = "\n".join(pages.reference_pages().values())
    listed = re.findall(r"^::: (\S+)$", text, re.MULTILINE)
    assert len(listed) == len(set(listed))
    for name, above in pages.PACKAGES.items():
        for path in (above / name).rglob("*.py"):
            parts = path.relative_to(above).with_suffix("").parts
            if not path.stem.startswith("_") or path.stem == "__init__":
                assert ".".join(parts).removesuffix(".__init__") in listed


def test_every_public_name_is_in_the_reference(pages: ModuleType, root: Path) -> None:
    import musicvae

    table = "\n".join(pages.public_names(root / "musicvae"))
    assert {name for name in musicvae.__all__ if not name.startswith("_")} == set(
        re.findall(r"^\| \[`(\w+)`\]", table, re.MULTILINE)
    )


def test_a_docstring_is_read_as_we_write_it(docstrings: ModuleType) -> None:
    text = "As :meth:`decode`, see :func:`musicvae.audio.read`."
    example = ">>> read(\n... )  # doctest: +SKIP\n1"
    assert docstrings.as_markdown(f"{text}\n\n{example}") == (
        "As `decode`, see [`musicvae.audio.read`][musicvae.audio.read].\n\n"
        "```pycon\n>>> read(\n... )\n1\n```"
    )


def test_the_comment_before_a_constant_is_its_docstring(
    docstrings: ModuleType, tmp_path: Path
) -> None:
    import griffe

    path = tmp_path / "sizes.py"
    path.write_text("#: Frames of\n#: one block.\nSIZE = 4\n# A remark.\nOTHER = 5\n", "utf-8")
    extensions = griffe.load_extensions(docstrings.OurDocstrings)
    module = griffe.load("sizes", search_paths=[tmp_path], extensions=extensions)
    docstring = module["SIZE"].docstring
    assert docstring is not None
    assert docstring.value == "Frames of\none block."
    assert module["OTHER"].docstring is None
