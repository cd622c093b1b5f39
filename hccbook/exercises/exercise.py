"""Exercises as ``data/exercises/<notebook>.toml`` declares them."""

import tomllib
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy import special

from .. import audit, cohorts, estimate, meta, reported
from . import made_up

#: What formulas can name, beside what the text gives and Python's own functions.
NAMES = {room.__name__.split(".")[-1]: room for room in (audit, cohorts, estimate, made_up, meta)}
NAMES |= {"np": np, "special": special}


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its formulas are Python, and files with formulas are trusted like code."""

    #: What a right answer shows.
    praise: str
    #: For a wrong answer that no known mistake leads to.
    hint: str
    #: Formula of the right answer: a number, one for each of ``parts`` or ``at``, or a choice.
    answer: str | None = None
    #: Largest difference that still counts as right, in each number.
    tolerance: float | None = None
    #: 1 one step, 2 several steps, 3 a judgement.
    level: int = 1
    #: Names of what the text gives; formulas of what is worked out from it, in this order.
    given: list = field(default_factory=list)
    let: dict = field(default_factory=dict)
    #: Names of the numbers, for an answer of several: if some are right, the hint says which.
    parts: list = field(default_factory=list)
    #: Texts to choose from, for an answer that is one of them.
    choices: list = field(default_factory=list)
    #: Places on the x axis, for an answer that is drawn: its heights there are compared.
    at: list = field(default_factory=list)
    #: An answer in words: a model answer, and its points, which the reader ticks.
    model: str | None = None
    points: list = field(default_factory=list)
    #: Hints by the formula of the wrong answer that they fit, or of a list of such.
    mistakes: dict = field(default_factory=dict)

    def __post_init__(self):
        forms = [x for x in ("parts", "choices", "at", "points") if getattr(self, x)]
        numbers = not {"choices", "points"} & set(forms)
        if len(forms) > 1:
            raise ValueError(f"expected one form of answer, got {' and '.join(forms)}")
        if bool(self.points) != bool(self.model) or bool(self.points) == bool(self.answer):
            raise ValueError("expected a formula of the answer, or points and a model answer")
        if (self.tolerance is not None) != numbers:
            raise ValueError("tolerance: expected for answers in numbers, and for no other")
        if self.level not in (1, 2, 3):
            raise ValueError(f"level: expected 1, 2 or 3, got {self.level!r}")

    @property
    def own(self):
        """Tell whether each student has another answer."""
        return "seed" in self.given

    def solve(self, **given):
        """Return the right answer, and pairs of a known wrong one and its hint."""
        names, wrong = NAMES | given, []
        if self.points:
            return None, wrong
        for name, formula in {**self.let, "answer": self.answer}.items():
            names[name] = _run(formula, names)
        for formula, hint in self.mistakes.items():
            found = _run(formula, names)
            wrong += [(one, hint) for one in (found if isinstance(found, list) else [found])]
        return names["answer"], wrong

    def near(self, answer, value):
        """Tell of each number of an answer whether it is near enough to a value."""
        return np.abs(np.subtract(answer, value)) <= self.tolerance


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
        for number, cells in told.items():
            # What is not told is as in the exercise that this one is like.
            base = told.get(cells.pop("like", None), {})
            mistakes = base.get("mistakes", {}) | cells.get("mistakes", {})
            try:
                found = Exercise(**base | cells | {"mistakes": mistakes})
            except (TypeError, ValueError) as error:
                raise ValueError(f"{path.name}, {number}: {error}") from None
            exercises[f"{path.stem}.{number}"] = found
    return exercises
