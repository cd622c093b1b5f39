"""The page of a class: marks by student, mistakes by exercise, and what could not be read."""

from html import escape

_FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Marks</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; }}
caption {{ text-align: start; }}
th, td {{ border: 1px solid GrayText; padding: .25rem .5rem; text-align: start;
  vertical-align: top; min-width: 3rem; overflow-wrap: anywhere; }}
ul {{ margin: 0; padding-left: 1.2rem; min-width: 14rem; }}
</style>
</head>
<body>
<main>
<h1>Marks</h1>
{parts}
</main>
</body>
</html>
"""


def page(students, exercises, problems):
    """Return the page as HTML that needs no other file."""
    marks = [
        [student, *({1: "✓ 1", 0: "✗ 0", "": "–"}[x] for x in cells), total, attempts]
        for student, *cells, total, attempts in students[1:]
    ]
    by_exercise = [
        (name, answered, right, f"{attempts:.1f}", _listed(hints))
        for name, answered, right, attempts, hints in exercises
    ]
    head = ("exercise", "answered", "right", "mean attempts", "mistakes, and how many made them")
    parts = [
        _table("Students", "1 is right, 0 is not, – was not answered.", students[0], marks),
        _table("Exercises", "Each mistake counts a student once.", head, by_exercise),
    ]
    if problems:
        note = "Nothing of this was counted, unless it says so."
        parts.append(_table("Problems", note, ("where", "what", "text"), problems))
    return _FRAME.format(parts="\n".join(parts))


class _Html(str):
    """Text that is HTML already."""


def _listed(hints):
    items = "".join(f"<li>{times} × {escape(hint)}</li>" for hint, times in hints)
    return _Html(f"<ul>{items}</ul>" if items else "none")


def _cell(value):
    return value if isinstance(value, _Html) else escape(str(value))


def _table(title, note, head, rows):
    top = "".join(f'<th scope="col">{_cell(x)}</th>' for x in head)
    body = "\n".join(
        f'<tr><th scope="row">{_cell(first)}</th>'
        + "".join(f"<td>{_cell(x)}</td>" for x in rest)
        + "</tr>"
        for first, *rest in rows
    )
    name = title.lower()
    return (
        f'<h2 id="{name}">{title}</h2>\n'
        f'<div class="scroll" role="region" aria-labelledby="{name}" tabindex="0">\n'
        f"<table>\n<caption>{note}</caption>\n<thead><tr>{top}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )
