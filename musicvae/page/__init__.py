"""The control page and the OSCQuery server of ``musicvae live --page``, in a process of its own."""
