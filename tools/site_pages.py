"""Adds pages to the documentation site: Markdown files outside docs/, and the API reference.

A hook of MkDocs, named in mkdocs.yml. The files stay as they are in the repository, where their
links work too; only what the site shows of them is rewritten.
"""

from __future__ import annotations

import ast
import posixpath
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
#: The packages of the API reference, and the folders that they lie in.
PACKAGES = {"musicvae": ROOT, "musicvae_export": ROOT / "export"}
LINK = re.compile(r"(?P<before>!?\[(?P<text>[^\]]*)\])\((?P<target>[^)\s]+)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give the API reference its place in the navigation."""
    pages = [{uri[len("reference/") : -len(".md")]: uri} for uri in reference_pages()]
    (config.nav or []).append({"API reference": pages})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that do not lie in docs/."""
    for path in markdown_outside_docs():
        files.append(File.generated(config, site_path(path), abs_src_path=str(ROOT / path)))
    for uri, text in reference_pages().items():
        files.append(File.generated(config, uri, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead the links of a page to the pages of the site."""
    if page.file.src_uri.startswith("reference/"):
        return markdown
    here = repository_path(page.file.src_uri)
    return LINK.sub(lambda link: site_link(link, here, files), markdown)


def site_link(link: re.Match[str], here: str, files: Files) -> str:
    """A link as the site needs it, or the plain text of one that leads to no page of the site.

    Args:
        link: a match of ``LINK``.
        here: path of the page in the repository.
        files: what the site holds.

    Returns:
        Markdown. Links to what does not exist stay as they are: the build reports them.
    """
    parts = urlsplit(link["target"])
    if parts.scheme or not parts.path:
        return link[0]
    there = posixpath.normpath(posixpath.join(posixpath.dirname(here), parts.path))
    if not (ROOT / there).exists():
        return link[0]
    for uri in (site_path(there), site_path(f"{there}/README.md")):
        if files.get_file_from_path(uri) is not None:
            start = posixpath.dirname(site_path(here)) or "."
            anchor = f"#{parts.fragment}" if parts.fragment else ""
            return f"{link['before']}({posixpath.relpath(uri, start)}{anchor})"
    shown = link["text"]
    return shown if there in shown.replace("`", "") else f"{shown} (`{there}`)"


def site_path(path: str) -> str:
    """The address in the site of a file of the repository; the README is the first page."""
    return "index.md" if path == "README.md" else path.removeprefix("docs/")


def repository_path(uri: str) -> str:
    """The path in the repository of a page of the site."""
    if uri == "index.md":
        return "README.md"
    return f"docs/{uri}" if (ROOT / "docs" / uri).exists() else uri


def markdown_outside_docs() -> list[str]:
    """Paths of the Markdown files that are tracked and lie outside docs/."""
    command = ["git", "ls-files", "-z", "--", "*.md", ":!docs/"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    names = [name for name in listed.stdout.split("\0") if name]
    return [name for name in names if (ROOT / name).exists()]


def reference_pages() -> dict[str, str]:
    """A page for every package of ``PACKAGES`` and every folder in it: its path, its text."""
    pages = {}
    for name, above in PACKAGES.items():
        folders = sorted(path.parent for path in (above / name).rglob("__init__.py"))
        for folder in folders:
            dotted = ".".join(folder.relative_to(above).parts)
            pages[f"reference/{dotted}.md"] = reference_page(folder, dotted)
    return pages


def reference_page(folder: Path, dotted: str) -> str:
    """The modules of a folder, one section each; the front door first lists its names."""
    modules = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    sections = [f"::: {dotted}.{module}" for module in modules]
    package = f"::: {dotted}\n    options:\n      members: false\n      heading_level: 1"
    return "\n\n".join([package, *public_names(folder), *sections]) + "\n"


def public_names(folder: Path) -> Iterator[str]:
    """A table of the names that a package imports lazily, as ``musicvae/__init__.py`` does."""
    tree = ast.parse((folder / "__init__.py").read_text("utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    rows = [
        f"| [`{alias.name}`][{node.module}.{alias.name}] | `{node.module}` |"
        for node in imports
        for alias in node.names
    ]
    if rows:
        yield "\n".join(["| name | defined in |", "| --- | --- |", *sorted(rows)])
