"""How long things take, ours beside the libraries that a reader would pick instead.

``make bench`` measures everything in one run and writes ``data/bench.md``. Whatever is not
installed (R, its packages, Python's in ``.bench``) is left out, and the table says so.
"""
