"""The calls that check answers, as they stand in a notebook. Nothing in it is run."""

import ast
import json
import operator
import re
from typing import NamedTuple

#: Cells of a solution are folded as a whole.
FOLDED = "hide-cell"
#: The book's notebooks are of nobody.
NOBODY = "a student"
_IDS = ("student", "student_seed")
#: Sums that are worked out; a power or a repeated text could fill the memory.
_STEPS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
_STEPS |= {ast.Div: operator.truediv}
#: How the words of a check begin.
_SAID = r"\*\*(✓ Right|✗ Not yet|… Right as far)"
#: An answer that is no value yet: code makes it.
COMPUTED = type("Computed", (), {"__repr__": lambda self: "code"})()


class Call(NamedTuple):
    """One call that checks an answer."""

    exercise: str
    #: ``None`` if there is none yet; ``COMPUTED`` if only the cell's code can tell.
    answer: object
    ticked: object
    #: What the text gives; ``None`` if only the notebook's code can tell.
    given: dict | None
    #: Whether the output below says that the answer is right; ``None`` if it says nothing.
    shown: bool | None


def parse(text):
    """Return a notebook's cells, or say what is wrong with it."""
    try:
        cells = json.loads(text)["cells"]
        return [cell | {"source": "".join(cell["source"])} for cell in cells]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise ValueError("expected a notebook, in JSON with a list of cells") from None


def calls(cells, seed=None):
    """Return the id that a notebook names, or None, and its calls outside of solutions."""
    name, found = None, []
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
            if kind in _IDS and call.args and isinstance(call.args[0], ast.Constant):
                if isinstance(call.args[0].value, str) and call.args[0].value != NOBODY:
                    name = call.args[0].value
            elif kind == "check" and len(call.args) == 2:
                found.append(_call(call, names, cell))
            else:
                _assign(step, names)
    return name, found


def _call(call, names, cell):
    exercise, answer = (_value(one, names) for one in call.args)
    words = [(word.arg, _value(word.value, names)) for word in call.keywords]
    ticked = dict(words).get("ticked")
    words = [(key, value) for key, value in words if key != "ticked"]
    known = all(x is not COMPUTED and (key or isinstance(x, dict)) for key, x in words)
    given = {}
    for key, value in words if known else ():
        given |= {key: value} if key else value
    shown = re.findall(_SAID, json.dumps(cell.get("outputs", ()), ensure_ascii=False))
    shown = shown[-1] == "✓ Right" if shown else None
    return Call(exercise, answer, ticked, given if known else None, shown)


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
            found = {key.value: _value(x, names) for key, x in zip(node.keys, node.values)}
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
