"""Ready models for tests: distributions that bring tiny streams, and a folder of the user's."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import ModuleType
from typing import Any

from musicvae.artifact.reading import read_info
from musicvae.models import READY_MODELS
from musicvae.models.card import ModelCard
from musicvae.models.card_parts import Figures
from musicvae.models.file_facts import file_facts, memory_facts
from tests.latents.memories import make_memory

SPACE = "0123456789abcdef"
LICENCE = "CC0-1.0"
FIGURES = Figures(5, 150.0, "a" * 64, 0.25, 1.2, 0.98, -0.3, 0.6, version="0")


class ReadySite:
    """Installs ready models.

    Args:
        site: a ``FakeSite``, which is active.
        makers: the module tests/stream_artifacts.py.
        folder: the user's own folder of artifacts.
    """

    def __init__(self, site: Any, makers: ModuleType, folder: Path) -> None:
        self.site, self.makers, self.folder = site, makers, folder

    def bring(
        self,
        name: str,
        distribution: str = "bringer",
        *,
        encoder: bool = False,
        card: bool = False,
        memory: bool = False,
        said: dict[str, object] | None = None,
        **artifact: Any,
    ) -> Path:
        """Install a distribution that brings one model; returns the folder of its package.

        Args:
            name: of the model.
            distribution: of the distribution.
            encoder: whether it brings an encoder.
            card: whether it brings a card.
            memory: whether it brings a memory.
            said: fields of its declaration that are other than the truth.
            **artifact: changes the artifact, as ``write_stream_artifact`` does.
        """
        package = f"fake_{distribution.replace('-', '_')}_{name}"
        place = self.site.folder / package
        (place / "models").mkdir(parents=True)
        (place / "__init__.py").touch()
        info = {"genre": name, "licence": LICENCE, **artifact}
        file = self.makers.write_stream_artifact(place / "models" / f"{name}.onnx", **info)
        fields: dict[str, object] = {"genre": name, "latent_space": SPACE, "licence": LICENCE}
        if encoder:
            self.makers.write_encoder_artifact(place / "models" / "ears.onnx", licence=LICENCE)
            fields["encoder"] = f"{package}:models/ears.onnx"
        if memory:
            make_memory().save(file.with_suffix(".memory"))
            fields["memory"] = f"{package}:models/{name}.memory"
        if card:
            self.card(file, name).save(place / "models" / f"{name}.card.json")
            fields["card"] = f"{package}:models/{name}.card.json"
        fields |= {"name": name, "decoder": f"{package}:models/{name}.onnx"} | (said or {})
        source = f"from musicvae.models import ReadyModel\nMODEL = ReadyModel(**{fields!r})\n"
        (place / "ready.py").write_text(source, "utf-8")
        self.site.install(distribution, {name: f"{package}.ready:MODEL"}, group=READY_MODELS.group)
        READY_MODELS.refresh()
        return Path(place)

    def own(self, name: str, *, encoder: bool = False, **artifact: Any) -> Path:
        """Put an artifact into the user's folder; returns its path."""
        self.folder.mkdir(exist_ok=True)
        write = self.makers.write_encoder_artifact if encoder else self.makers.write_stream_artifact
        path: Path = write(self.folder / f"{name}.onnx", **artifact)
        return path

    def card(self, file: Path, name: str) -> ModelCard:
        """A card that fits an artifact and, where they are, the encoder and memory beside it."""
        info, ears = read_info(file), file.with_name("ears.onnx")
        memory = file.with_suffix(".memory")
        shared = ("latent_space", "sample_rate", "channels", "latent_dim", "latency")
        return dataclasses.replace(
            ModelCard(
                name,
                info.genre,
                f"Plays {name}.",
                info.licence,
                decoder=file_facts(file),
                **{field: getattr(info, field) for field in shared},
            ),
            encoder=file_facts(ears) if ears.is_file() else None,
            memory=memory_facts(memory) if memory.is_file() else None,
            figures=FIGURES,
        )
