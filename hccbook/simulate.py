"""Repeat a seeded simulation or bootstrap, on one core, on several, or on a cluster.

Each repetition has a random generator of its own, made from the seed and the number of the
repetition alone. So its numbers do not depend on who computes it, nor on what was computed
before: one worker or many, in batches of any size, in any order, the results are the same to
the last bit. The first ten of a thousand repetitions are those of a run of ten, and a single
one can be repeated alone, with :func:`generator`.
"""

import pickle
from contextlib import closing
from functools import lru_cache, partial

import numpy as np

from . import _checks
from ._threads import one_thread
from .display import progress

__all__ = ["generator", "repeat"]
__dir__ = __all__.copy


def generator(seed, repetition):
    """Return the random generator of one repetition.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        As given to :func:`repeat`.
    repetition : int
        Number of the repetition, from 0 on.

    Returns
    -------
    numpy.random.Generator
        A new one at each call, always in the same state.

    Notes
    -----
    Its seed is ``numpy.random.SeedSequence(seed).spawn(n)[repetition]`` with any larger ``n``,
    made directly from the key. Who spawns children of a ``SeedSequence`` for other purposes must
    give one of them to :func:`repeat`, and not the parent: the keys would be the same.
    """
    parent, repetition = _checks.seed(seed), _checks.whole("repetition", repetition)
    key = (*parent.spawn_key, repetition)
    child = np.random.SeedSequence(parent.entropy, spawn_key=key, pool_size=parent.pool_size)
    return np.random.default_rng(child)


def repeat(function, times, /, seed=0, *, workers=None, label="repetitions", **arguments):
    """Call ``function(rng, **arguments)`` many times, each with random numbers of its own.

    Parameters
    ----------
    function : callable
        Takes a ``numpy.random.Generator`` first, draws from no other source and leaves its
        arguments as they are.
    times : int
        Number of repetitions.
    seed : int or numpy.random.SeedSequence, default 0
        The same seed gives the same results. A ``SeedSequence`` is not changed.
    workers : int, optional
        Processes that share the work; -1 for one a core. With 1, none is started. Without
        it, ``joblib.parallel_config`` decides, and if that says nothing, it is 1.
    label : str
        What is counted before the reader's eyes while it runs.
    **arguments
        Passed to ``function``, the same in each repetition.

    Returns
    -------
    list
        What ``function`` returned, in the order of the repetitions.

    Raises
    ------
    RuntimeError
        If a repetition fails. It says which one, and how to repeat that one alone.

    Notes
    -----
    While a repetition runs, linear algebra keeps to one thread: several threads split the sums,
    from matrices of some hundred rows on, and the last bits depend on how many they are. Other
    processors or other versions of the libraries may still give other last bits.

    Examples
    --------
    The standard error of a mean, by bootstrap:

    >>> def mean(rng, values):
    ...     return rng.choice(values, values.size).mean()
    >>> means = repeat(mean, 1000, seed=1, values=np.arange(10.0))
    >>> print(f"{np.std(means, ddof=1):.1f}")
    0.9
    """
    if not callable(function):
        raise ValueError(f"function: expected a function, got {function!r}")
    times = _checks.whole("times", times, 1)
    _checks.seed(seed)
    if workers is not None and not (_checks.is_number(workers) and workers == -1):
        workers = _checks.whole("workers", workers, 1)
    from joblib import Parallel, delayed

    work, steps = partial(function, **arguments), progress(range(times), label)
    # No backend is named, so that parallel_config can choose one.
    run = Parallel(n_jobs=workers, return_as="generator")
    # Also here, for backends whose workers are threads of this process.
    with one_thread():
        if run.n_jobs == 1:
            return [_one(work, seed, number) for number in steps]
        task = delayed(partial(_one, _packed(work), seed))
        with closing(run(task(number) for number in range(times))) as results:
            return [pickle.loads(next(results)) for _ in steps]


def _packed(work):
    """Pickle what other processes are to do."""
    # Ours and not the backend's: it is done once and not for each batch; arrays arrive as they
    # are, and not as memory maps that cannot be written; and what cannot be sent or received is
    # an error. On Dask, joblib would wait for it in vain.
    import cloudpickle

    try:
        return cloudpickle.dumps(work)
    except Exception as error:
        raise ValueError(
            "function: expected one that can be sent to other processes, with its arguments, "
            f"got {work.func!r} ({error}); workers=1 runs it here"
        ) from error


def _one(work, seed, number):
    """Run one repetition, in whatever process this is: from pickled work, a pickled result."""
    import cloudpickle

    try:
        packed = isinstance(work, bytes)
        # First of all, because it may import libraries with threads.
        call = _unpacked(work) if packed else work
        with one_thread():
            result = call(generator(seed, number))
        return cloudpickle.dumps(result) if packed else result
    except Exception as error:
        # As text, because not every error can be sent from process to process.
        raise RuntimeError(
            f"repetition {number}: {type(error).__name__}: {error} (to repeat it alone, "
            f"call the function with simulate.generator({' '.join(repr(seed).split())}, "
            f"{number}))"
        ) from error


@lru_cache(maxsize=1)
def _unpacked(work):
    return pickle.loads(work)
