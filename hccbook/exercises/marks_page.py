"""The page of a class: marks by student, mistakes by exercise, and what could not be used."""

import pandas as pd

_FRAME = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Marks</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
div { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .25rem .5rem; text-align: start !important; vertical-align: top; }
thead th { white-space: nowrap; }
tbody th { min-width: 9rem; overflow-wrap: anywhere; }
td { white-space: pre-line; }
</style>
<main>
<h1>Marks</h1>
"""


def page(students, exercises, problems):
    """Return the page as HTML that needs no other file."""
    by_exercise = [("exercise", "answered", "right", "mean attempts", "students: mistake")]
    for *cells, attempts, hints in exercises:
        listed = "\n".join(f"{times}: {hint}" for hint, times in hints)
        by_exercise.append((*cells, f"{attempts:z.1f}", listed or "none"))
    parts = [
        _table("Students (1 right, 0 not right, empty if not answered)", students),
        _table("Exercises", by_exercise),
        _table("Problems", [("where", "what", "text"), *problems]),
    ]
    return _FRAME + "\n".join(parts) + "\n</main>\n</html>\n"


def _table(title, rows):
    first, *others = rows[0]
    index = pd.Index([row[0] for row in rows[1:]], name=first)
    frame = pd.DataFrame([row[1:] for row in rows[1:]], index, others)
    frame.columns.name, frame.index.name = first, None
    with pd.option_context("display.max_colwidth", None):
        table = frame.to_html(escape=True)
    name = title.split()[0]
    return (
        f'<h2 id="{name}">{title}</h2>\n'
        f'<div role="region" aria-labelledby="{name}" tabindex="0">\n{table}\n</div>'
    )
