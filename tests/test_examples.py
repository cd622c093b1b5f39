"""The examples in the docstrings of the package."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import hccbook

MODULES = [
    module.name
    for module in pkgutil.walk_packages(hccbook.__path__, "hccbook.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    assert sum(bool(x.examples) for m in MODULES for x in finder.find(import_module(m))) > 40
