"""Builds the model of a prior, with every way to fail as one error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicvae.errors import MusicVAEError, SettingError
from musicvae.priors import PRIORS
from musicvae.vae.prior.outline import Outline
from musicvae.vae.prior.plan import Plan

if TYPE_CHECKING:
    from musicvae.vae.prior.model import PriorModel


def build_model(outline: Outline, plan: Plan) -> PriorModel:
    """The untrained model of a plan.

    Raises:
        UnknownNameError: the family is not installed.
        SettingError: the family cannot use the settings.
    """
    family = PRIORS.get(plan.family)
    try:
        model: PriorModel = family.build(outline, {**family.settings, **plan.model})
    except MusicVAEError:
        raise
    except Exception as error:  # the code of a plug-in, and what it calls, may raise anything
        raise SettingError(
            f"no prior of the family {plan.family} can be built with these settings",
            expected="settings that fit together",
            received=f"{type(error).__name__}: {error}"[:500],
        ) from error
    return model
