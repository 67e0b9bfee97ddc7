"""Makes the embedding that ``musicvae evaluate`` hears with.

python -m musicvae_export.embedding --data path/to/genres --split "last 10" --out embedding.onnx
"""
