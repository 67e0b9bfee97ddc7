"""Uses the files of ``grammars``, as the daemon and the commands do, and judges what happens."""
