"""Reads, checks and writes the description inside an exported ``.onnx`` file."""

from __future__ import annotations

from musicvae.artifact.info import METADATA_KEY as METADATA_KEY
from musicvae.artifact.info import SCHEMA as SCHEMA
from musicvae.artifact.info import ArtifactInfo as ArtifactInfo
from musicvae.artifact.info import AttributeInfo as AttributeInfo
from musicvae.artifact.info import DynamicsInfo as DynamicsInfo
from musicvae.artifact.info import Kind as Kind
from musicvae.artifact.info import LatentInfo as LatentInfo
from musicvae.artifact.info import PriorInfo as PriorInfo
from musicvae.artifact.parsing import parse_info as parse_info
