"""Helpers of the book *Biomarkers, Replicated*.

Nothing is loaded until it is used: ``import hccbook`` costs milliseconds, and
``hccbook.accuracy`` loads on first touch.
"""

from importlib import import_module

__version__ = "0.1.0"

_MODULES = (
    "accuracy",
    "audit",
    "cohorts",
    "coverage",
    "display",
    "estimate",
    "exercises",
    "figures",
    "findings",
    "guidelines",
    "indices",
    "injection",
    "meta",
    "prediction",
    "reconstruction",
    "relations",
    "reported",
    "response",
    "scorecard",
    "simulate",
    "studies",
    "survival",
)

__all__ = [*_MODULES, "__version__"]
#: What tab completion shows; so in each room.
__dir__ = __all__.copy


def __getattr__(name):
    if name in _MODULES:
        return import_module(f"hccbook.{name}")
    raise AttributeError(f"module 'hccbook' has no attribute {name!r}")
