"""Recipes: everything that decides a training run besides the sounds, found by name."""

from __future__ import annotations

from musicvae.recipes.audio_spec import AudioSpec as AudioSpec
from musicvae.recipes.family_settings import read_settings as read_settings
from musicvae.recipes.ranges import Range as Range
from musicvae.recipes.ranges import checked_seed as checked_seed
from musicvae.recipes.ranges import whole as whole
from musicvae.recipes.recipe import DEFAULT as DEFAULT
from musicvae.recipes.recipe import RECIPES as RECIPES
from musicvae.recipes.recipe import Recipe as Recipe
from musicvae.recipes.recipe import get_recipe as get_recipe
from musicvae.recipes.shipped import CLIP as CLIP
from musicvae.recipes.shipped import NOTEBOOK as NOTEBOOK
from musicvae.recipes.shipped import STREAM as STREAM
from musicvae.recipes.shipped import STREAM44 as STREAM44
from musicvae.recipes.shipped import STREAM_LL as STREAM_LL
