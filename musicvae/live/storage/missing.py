"""The errors for models that lack what is asked of them: an encoder, a memory, a prior.

Those of other models could not help: they are of another latent space, so they are not listed.
"""

from __future__ import annotations

from musicvae.errors import SettingError


def no_encoder(model: str, before: str = "") -> SettingError:
    """The error for a model without an encoder, so that it cannot hear.

    Args:
        model: its name.
        before: what follows from that, with what separates it.
    """
    return SettingError(
        f"{before}there is no encoder for {model!r}",
        expected=f"{model}.encoder.onnx beside the model, or another encoder of its latent space",
        hint="export it from the model's run: musicvae export RUN --encoder --out FILE.onnx",
    )


def no_memory(model: str) -> SettingError:
    """The error for a model without a memory."""
    return SettingError(
        f"the model {model!r} has no memory",
        expected=f"{model}.memory beside it",
        hint=f"make one: musicvae memory FOLDER --encoder ENCODER -o {model}.memory",
    )


def no_prior(model: str) -> SettingError:
    """The error for a model without a prior."""
    return SettingError(
        f"the model {model!r} has no prior",
        expected=f"{model}.prior.onnx beside it",
        hint=f"train one: musicvae prior RUN, then musicvae export it as {model}.prior.onnx",
    )
