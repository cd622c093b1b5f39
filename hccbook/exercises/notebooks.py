"""The calls that check answers, as they stand in a notebook. Nothing in it is run."""

import ast
import json
from collections import ChainMap
from functools import cache
from typing import NamedTuple

from .. import reported
from .own import NOBODY, plain

#: Cells of a solution are folded as a whole.
FOLDED = "hide-cell"
#: What is worked out; a power could run for ever.
_WRITTEN = (ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.expr_context, ast.UnaryOp)
_WRITTEN += (ast.USub, ast.UAdd, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.BitOr)
#: A value that only running the notebook could tell.
COMPUTED = type("Computed", (), {"__repr__": lambda self: "code"})()


class Call(NamedTuple):
    """One call that checks an answer."""

    exercise: object
    #: ``None`` if there is none yet; ``COMPUTED`` if only the cell's code can tell.
    answer: object
    #: What the text gives; ``None`` if only the notebook's code can tell.
    given: dict | None


class Calls(NamedTuple):
    """What a notebook calls: whose it is, if that is said, and its checks outside of solutions."""

    student: str | None
    #: Whether the numbers of the text are those of the student, too.
    own: bool
    checks: list
    #: Cells with checks that are no Python.
    unread: int


def parse(text):
    """Return a notebook's cells, or say what is wrong with it."""
    try:
        return [cell | {"source": "".join(cell["source"])} for cell in json.loads(text)["cells"]]
    except (KeyError, RecursionError, TypeError, ValueError):
        raise ValueError("expected a notebook, in JSON with a list of cells") from None


def calls(cells, seed=None):
    """Return what a notebook calls, as it is written."""
    name, own, found, unread = None, False, [], 0
    for cell in cells:
        tags = cell.get("metadata", {}).get("tags", ())
        if cell.get("cell_type") != "code" or FOLDED in tags or "exercises." not in cell["source"]:
            continue
        try:
            steps = ast.parse(cell["source"]).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            unread += 1
            continue
        names = {"seed": seed}
        for step in steps:
            call = getattr(step, "value", None)
            kind = getattr(getattr(call, "func", None), "attr", "")
            if kind in ("student", "student_seed") and len(call.args) == 1:
                said = _value(call.args[0], {})
                if isinstance(said, str) and plain(said) not in ("", NOBODY):
                    name, own = said, own or kind == "student"
            elif kind == "check" and len(call.args) == 2:
                found.append(_call(call, names))
            else:
                _assign(step, names)
    return Calls(name, own, found, unread)


@cache
def of_the_book():
    """Return what the text of each exercise gives, for those whose notebook writes it out."""
    found = {}
    for path in sorted((reported.DATA.parent / "notebooks").glob("*.ipynb")):
        checks = calls(parse(path.read_text(encoding="utf-8"))).checks
        found |= {call.exercise: call.given for call in checks if call.given is not None}
    return found


def _call(call, names):
    exercise, answer = (_value(one, names) for one in call.args)
    words = [(word.arg, _value(word.value, names)) for word in call.keywords]
    words = [{key: x} if key else x for key, x in words if x is not COMPUTED]
    known = len(words) == len(call.keywords) and all(isinstance(x, dict) for x in words)
    return Call(exercise, answer, dict(ChainMap(*words)) if known else None)


def _assign(step, names):
    target, value = getattr(step, "target", None), getattr(step, "value", None)
    target = target or getattr(step, "targets", [None])[0]
    if isinstance(target, ast.Name) and target.id != "seed" and value is not None:
        if isinstance(step, ast.AugAssign):
            value = ast.BinOp(ast.Name(target.id, ast.Load()), step.op, value)
        names[target.id] = _value(value, names)


def _value(node, names):
    """Return the value of what is written out, also as a sum or a product; else ``COMPUTED``."""
    parts = list(ast.walk(node))
    known = {x.id: names.get(x.id, COMPUTED) for x in parts if isinstance(x, ast.Name)}
    values = [x.value for x in parts if isinstance(x, ast.Constant)] + [*known.values()]
    written = all(isinstance(x, _WRITTEN) for x in parts)
    if any(isinstance(x, ast.Mult) for x in parts):  # a repeated text or list may fill the memory
        written &= not any(isinstance(x, ast.List | ast.Tuple) for x in parts)
        written &= all(isinstance(x, int | float) for x in values)
    if not written or any(x is COMPUTED for x in values):
        return COMPUTED
    whole = ast.fix_missing_locations(ast.Expression(node))
    try:
        return eval(compile(whole, "cell", "eval"), {"__builtins__": {}}, known)
    except (ArithmeticError, RecursionError, TypeError):
        return COMPUTED
