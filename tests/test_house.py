"""The house stays thin: measures that may only fall."""

import house
import pytest

#: What new capabilities added, and may: lines, lines of code, lines of the core.
ADDED = {
    "recipes that are told in a file alone": (146, 0, 0),
    "errors that name an exercise and its formula; ties of a million patients": (27, 0, 0),
    "response criteria by the book, units as laboratories spell them": (89, 54, 0),
    "named further readings; P of a statistic, numbers at risk": (325, 204, 8),
    "exact ends, printed forms of journals, checks of what is derived": (427, 279, 134),
    "patients enough for an interval so narrow": (20, 14, 9),
    "held-out ranges whose coverage was measured": (112, 56, 6),
    "a paper with its patients": (39, 32, 3),
    "findings as cards, reporting guidelines; what a reader changes is shown": (113, 98, 30),
    "answers in any form, too few decimals, another scale": (75, 52, 0),
    "a table that readers of the site can play with": (31, 15, 31),
    "refusals that readers of the source asked for": (24, 19, 20),
    "the end of a fit whose classes barely overlap": (8, 5, 0),
    "patients and numbers of one's own, answers that are kept, marks of a class": (745, 522, 0),
}
#: What no measure may pass.
LIMITS = {
    "lines": 14000 + sum(lines for lines, _, _ in ADDED.values()),
    "lines of code": 8360 + sum(code for _, code, _ in ADDED.values()),
    "lines of the core": 2197 + sum(core for _, _, core in ADDED.values()),
    "files that are too long": 0,
    "import circles": 0,
    "imports that lead up": 0,
    "private names of another module": 0,
    "files read at import": 0,
    "names that nobody reaches": 0,
    "numpydoc that only the package reads": 0,
    "names that completion should not show": 0,
}
#: A small package that breaks each rule.
PLANTED = {
    "__init__.py": '_MODULES = ("accuracy", "audit")\n',
    "_ties.py": "from . import audit\n",
    "accuracy/__init__.py": '__all__ = ["auc"]\nfrom .common import auc\n',
    "accuracy/common.py": (
        "from pathlib import Path\n\nfrom . import later\nfrom .later import _floor\n\n"
        'TEXT = (Path(__file__).parent / "data.csv").read_text()\n\n\n'
        'def auc():\n    """Return.\n\n    Returns\n    -------\n    float\n    """\n'
        "    return later, _floor\n"
    ),
    "accuracy/later.py": "from . import common\n\n_floor = common  # a remark\n# a comment\n",
    "accuracy/data.csv": "1\n",
    "audit.py": "import math\n"
    + "\n" * 420
    + "from .accuracy import later as x\n\nx._floor, math\n",
}


@pytest.fixture(scope="module")
def measured():
    return house.measures()


@pytest.mark.parametrize("name", LIMITS)
def test_a_measure_never_rises(measured, name):
    number, names = measured[name]
    assert number <= LIMITS[name], names


def test_every_measure_has_a_limit(measured):
    assert list(measured) == list(LIMITS)


def test_each_broken_rule_is_seen(tmp_path, monkeypatch):
    package = tmp_path / "hccbook"
    for name, text in PLANTED.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    cached = (house.modules, house.path_of, house.kinds, house.shown)
    monkeypatch.setattr(house, "ROOT", tmp_path)
    monkeypatch.setattr(house, "PACKAGE", package)
    for function in cached:
        function.cache_clear()
    try:
        found = house.measures()
        kinds = house.kinds("accuracy.common"), house.kinds("accuracy.later")
    finally:
        monkeypatch.undo()
        for function in cached:
            function.cache_clear()
    assert kinds[0] == {"code": 6, "docstring": 6, "blank": 4}
    assert kinds[1] == {"code": 2, "blank": 1, "comment": 1}
    assert {name: names for name, (_, names) in found.items() if names} == {
        "files that are too long": ["audit (424)"],
        "import circles": ["accuracy.common", "accuracy.later"],
        "imports that lead up": ["_ties -> audit"],
        "private names of another module": [
            "accuracy.common: accuracy.later._floor",
            "audit: accuracy.later._floor",
        ],
        "files read at import": ["hccbook/accuracy/data.csv"],
        "names that nobody reaches": ["accuracy.common.auc"],
        "numpydoc that only the package reads": ["accuracy.common.auc"],
        "names that completion should not show": [
            "accuracy.common",
            "accuracy.later",
            "audit.math",
            "audit.x",
        ],
    }
