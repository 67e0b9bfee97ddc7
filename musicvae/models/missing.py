"""The errors for models that lack what is asked of them: an encoder, a memory, a prior.

Those of other models could not help: they are of another latent space, so they are not listed.
Who asks says of which class the error is: the daemon answers with it, a function raises its own.
"""

from __future__ import annotations

from musicvae.errors import MusicVAEError, SettingError
from musicvae.models.folder import ENCODER_ENDING, MEMORY_ENDING, PRIOR_ENDING

#: The class of an error.
Kind = type[MusicVAEError]


def no_encoder(model: str, before: str = "", kind: Kind = SettingError) -> MusicVAEError:
    """The error for a model without an encoder, so that it cannot hear.

    Args:
        model: its name.
        before: what follows from that, with what separates it.
        kind: the class of the error.
    """
    return kind(
        f"{before}there is no encoder for {model!r}",
        expected=f"{model}{ENCODER_ENDING} beside the model, or another encoder of its latent "
        "space",
        hint="export it from the model's run: musicvae export RUN --encoder --out "
        f"{model}{ENCODER_ENDING}",
    )


def no_memory(model: str, kind: Kind = SettingError) -> MusicVAEError:
    """The error for a model without a memory."""
    return kind(
        f"the model {model!r} has no memory",
        expected=f"{model}{MEMORY_ENDING} beside it",
        hint=f"make one: musicvae memory FOLDER --encoder ENCODER -o {model}{MEMORY_ENDING}",
    )


def no_prior(model: str, kind: Kind = SettingError) -> MusicVAEError:
    """The error for a model without a prior."""
    return kind(
        f"the model {model!r} has no prior",
        expected=f"{model}{PRIOR_ENDING} beside it",
        hint=f"train one: musicvae prior RUN, then musicvae export it as {model}{PRIOR_ENDING}",
    )
