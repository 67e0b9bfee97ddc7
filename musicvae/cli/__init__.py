"""The command line ``musicvae``: one module for each group of commands."""
