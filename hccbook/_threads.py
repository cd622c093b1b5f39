"""Linear algebra on one thread: the same last bits everywhere, and no waiting on busy machines."""

import sys
from functools import lru_cache


def one_thread():
    """Return a context in which the libraries that are loaded use one thread."""
    import scipy.linalg  # noqa: F401  its library is not NumPy's, and is loaded when needed

    return _libraries(len(sys.modules)).limit(limits=1)


@lru_cache(maxsize=1)
def _libraries(modules):
    """Return what limits the threads of the libraries that are loaded.

    Looking for them takes a millisecond, so it is done again only after an import.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
