"""Rain on a tin roof, ready to play."""

from musicvae.models import ReadyModel

RAIN = ReadyModel(
    name="rain",
    genre="rain",
    decoder="musicvae_rain:models/rain.onnx",
    encoder="musicvae_rain:models/rain-encoder.onnx",
    licence="CC-BY-4.0",
)
