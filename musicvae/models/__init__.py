"""Ready models: artifacts that are played by name, from plug-ins and from a folder of one's own.

Listing names imports no plug-in and reads no file; neither numpy nor onnxruntime is needed here.
"""

from __future__ import annotations

from musicvae.models.finding import Model as Model
from musicvae.models.finding import ModelRecord as ModelRecord
from musicvae.models.finding import find as find
from musicvae.models.finding import find_all as find_all
from musicvae.models.finding import names as names
from musicvae.models.folder import models_folder as models_folder
from musicvae.models.locating import Place as Place
from musicvae.models.locating import encoder_named as encoder_named
from musicvae.models.locating import inspect as inspect
from musicvae.models.locating import is_name as is_name
from musicvae.models.locating import locate as locate
from musicvae.models.ready import GROUP as GROUP
from musicvae.models.ready import READY_MODELS as READY_MODELS
from musicvae.models.ready import ReadyModel as ReadyModel
