"""Makes the ten ready models from a folder of music: ``python -m musicvae_gtzan.making``."""
