"""The calls that check answers, as they stand in a notebook. Nothing in it is run."""

import ast
import json
import operator
from functools import cache
from typing import NamedTuple

from .. import reported

#: Cells of a solution are folded as a whole.
FOLDED = "hide-cell"
#: The book's notebooks are of nobody.
NOBODY = "a student"
#: Sums that are worked out; a power or a repeated text could fill the memory.
_STEPS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
_STEPS |= {ast.Div: operator.truediv}
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


def parse(text):
    """Return a notebook's cells, or say what is wrong with it."""
    try:
        return [cell | {"source": "".join(cell["source"])} for cell in json.loads(text)["cells"]]
    except (KeyError, RecursionError, TypeError, ValueError):
        raise ValueError("expected a notebook, in JSON with a list of cells") from None


def calls(cells, seed=None):
    """Return what a notebook calls; a cell that is no Python is left out, as it cannot run."""
    name, own, found = None, False, []
    for cell in cells:
        tags = cell.get("metadata", {}).get("tags", ())
        if cell.get("cell_type") != "code" or FOLDED in tags or "exercises." not in cell["source"]:
            continue
        try:
            steps = ast.parse(cell["source"]).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        names = {"seed": seed}
        for step in steps:
            call = getattr(step, "value", None)
            kind = getattr(getattr(call, "func", None), "attr", "")
            if kind in ("student", "student_seed") and len(call.args) == 1:
                said = _value(call.args[0], {})
                if isinstance(said, str) and said != NOBODY:
                    name, own = said, own or kind == "student"
            elif kind == "check" and len(call.args) == 2:
                found.append(_call(call, names))
            else:
                _assign(step, names)
    return Calls(name, own, found)


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
    if any(x is COMPUTED or not (key or isinstance(x, dict)) for key, x in words):
        return Call(exercise, answer, None)
    given = {}
    for key, value in words:
        given |= {key: value} if key else value
    return Call(exercise, answer, given)


def _assign(step, names):
    target = getattr(step, "target", None) or getattr(step, "targets", [None])[0]
    if isinstance(target, ast.Name) and target.id != "seed" and hasattr(step, "value"):
        value = _value(step.value, names)
        if isinstance(step, ast.AugAssign):
            value = _joined(step.op, names.get(target.id, COMPUTED), value)
        names[target.id] = value


def _value(node, names):
    """Return the value of what is written out: numbers, texts, their sums, lists and such."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return names.get(node.id, COMPUTED)
        case ast.Tuple() | ast.List():
            found = [_value(one, names) for one in node.elts]
            whole = tuple(found) if isinstance(node, ast.Tuple) else found
            return COMPUTED if any(x is COMPUTED for x in found) else whole
        case ast.Dict() if all(isinstance(key, ast.Constant) for key in node.keys):
            found = {
                key.value: _value(x, names) for key, x in zip(node.keys, node.values, strict=True)
            }
            return COMPUTED if any(x is COMPUTED for x in found.values()) else found
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            value = _value(node.operand, names)
            sign = -1 if isinstance(node.op, ast.USub) else 1
            return sign * value if isinstance(value, int | float) else COMPUTED
        case ast.BinOp():
            return _joined(node.op, _value(node.left, names), _value(node.right, names))
    return COMPUTED


def _joined(op, left, right):
    if isinstance(op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
        return left | right
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    try:
        return _STEPS[type(op)](left, right) if numbers else COMPUTED
    except (ArithmeticError, KeyError):
        return COMPUTED
