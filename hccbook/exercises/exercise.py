"""Exercises as ``data/exercises/<notebook>.toml`` declares them."""

import tomllib
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy import special

from .. import audit, cohorts, estimate, meta, reported
from . import made_up

#: What formulas can name, beside what the text gives and Python's own functions.
ROOMS = (audit, cohorts, estimate, made_up, meta)
NAMES = {room.__name__.split(".")[-1]: room for room in ROOMS} | {"np": np, "special": special}


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its formulas are Python, and files with formulas are trusted like code."""

    #: Formula of the right answer: a number, or one for each of ``parts``.
    answer: str
    #: Largest difference that still counts as right, in each number.
    tolerance: float
    #: What a right answer shows.
    praise: str
    #: For a wrong answer that no known mistake leads to.
    hint: str
    #: Names of what the text gives; formulas of what is worked out from it, in this order.
    given: list = field(default_factory=list)
    let: dict = field(default_factory=dict)
    #: Names of the numbers, for an answer of several: if some are right, the hint says which.
    parts: list = field(default_factory=list)
    #: Formulas of what a student with an id is given instead, from ``seed`` and ``draw``.
    own: dict = field(default_factory=dict)
    #: Formula of what must hold of it, so that the praise is true.
    holds: str = "True"
    #: Hints by the formula of the wrong answer that they fit, or of a list of such.
    mistakes: dict = field(default_factory=dict)

    @property
    def each(self):
        """Tell whether a student with an id has an answer of one's own."""
        return bool(self.own) or self.of_seed

    @property
    def of_seed(self):
        """Tell whether patients of one's own are given."""
        return "seed" in self.given

    def solve(self, **given):
        """Return the right answer, and pairs of a known wrong one and its hint."""
        return self._solved(given)[:2]

    def near(self, answer, value):
        """Tell of each number of an answer whether it is near enough to a value."""
        return np.abs(np.subtract(answer, value)) <= self.tolerance

    def drawn(self, seed, draw):
        """Return what a student is given; None if a mistake passes, or the praise is not true."""
        own = _work_out(self.own if draw else {}, {"seed": seed, "draw": draw})
        given = {name: own[name] for name in [*self.given, *self.let] if name in own}
        try:
            with np.errstate(divide="raise", invalid="raise"):
                solution, wrong, names = self._solved(given)
                fine = _run(self.holds, own | names)
        except ArithmeticError:
            return None
        passes = any(self.near(mistake, solution).all() for mistake, _ in wrong)
        return given if fine and not passes else None

    def _solved(self, given):
        # What the text gives in figures, and a student is given otherwise, is no more let.
        let = {name: formula for name, formula in self.let.items() if name not in given}
        names = _work_out(let | {"answer": self.answer}, given)
        wrong = []
        for formula, hint in self.mistakes.items():
            found = _run(formula, names)
            wrong += [(one, hint) for one in (found if isinstance(found, list) else [found])]
        return names["answer"], wrong, names


def _work_out(formulas, names):
    names = NAMES | names
    for name, formula in formulas.items():
        names[name] = _run(formula, names)
    return names


def _run(formula, names):
    try:
        return eval(formula, names)
    except (AttributeError, NameError, SyntaxError, TypeError) as error:
        raise ValueError(f"{formula!r}: expected a formula of the names given, {error}") from None


@cache
def load():
    """Return every exercise by its name, such as ``"mri-lab.2"``: its notebook, and a number."""
    exercises = {}
    for path in sorted((reported.DATA / "exercises").glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        for number, entry in told.items():
            # What is not told is as in the exercise that this one is like.
            base = told.get(entry.pop("like", None), {})
            mistakes = base.get("mistakes", {}) | entry.get("mistakes", {})
            try:
                found = Exercise(**base | entry | {"mistakes": mistakes})
            except TypeError as error:
                raise ValueError(f"{path.name}, {number}: {error}") from None
            exercises[f"{path.stem}.{number}"] = found
    return exercises
