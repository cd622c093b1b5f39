"""What a notebook shows: figures with alt text, tables with captions, sentences with numbers."""

import base64
import html
import io
import json
import os
import re
from numbers import Integral, Real

from . import _checks
from .estimate import format_number

__all__ = ["ICONS", "SHORTEST_ALT", "Markup", "badge", "play", "progress", "say", "show", "table"]
__dir__ = __all__.copy

#: Icon beside each evidence class and verdict: colour never stands alone.
ICONS = {
    "patients": "●",
    "arithmetic": "=",
    "summary": "≈",
    "calibrated": "◇",
    "held-out": "◆",
    "exact": "✓",
    "rounding": "✓",
    "compatible": "○",
    "missed": "△",
    "contradicted": "✗",
    "untestable": "–",
}
#: The words of each kind of badge.
BADGES = {
    "ev": ("patients", "arithmetic", "summary", "calibrated", "held-out", "untestable"),
    "vd": ("exact", "rounding", "compatible", "missed", "calibrated", "contradicted", "untestable"),
}
SHORTEST_ALT = 40


class Markup(str):
    """A string that is HTML already and is not escaped again."""

    __slots__ = ()


def badge(kind, word):
    """Return icon and word of an evidence class (``kind="ev"``) or of a verdict (``"vd"``)."""
    _checks.one_of("kind", kind, ("ev", "vd"))
    _checks.one_of("word", word, BADGES[kind])
    icon = f'<span aria-hidden="true">{ICONS[word]}</span>'
    return Markup(f'<span class="{kind} {kind}-{word}">{icon} {word}</span>')


def _emit(code):
    from IPython.display import HTML, display

    display(HTML(code))


def _label(caption, synthetic):
    """Return a caption as HTML."""
    _checks.text("caption", caption)
    _checks.flag("synthetic", synthetic)
    mark = '<span class="synthetic">Synthetic patients.</span> ' if synthetic else ""
    return mark + html.escape(caption)


def _settled(svg):
    """Return a figure that does not hang on last bits.

    matplotlib makes names of clip paths and markers of them; here they go by order. Places are
    given to a thousandth of a point, and none is -0.
    """
    svg = re.sub(r"(?<![\w.])-?[1-9]\d*\.\d{4,}(?=\W|pt)", lambda x: f"{float(x[0]):z.3f}", svg)
    svg = re.sub(r'(?<=[\s"(])-0(?=[\s"),])', "0", svg)
    names = dict.fromkeys(re.findall(r'\bid="(\w*[0-9a-f]{10})"', svg))
    new = {name: f"n{number}" for number, name in enumerate(names)}
    return re.sub(r'(?<=["#])\w*[0-9a-f]{10}(?=[")])', lambda old: new.get(old[0], old[0]), svg)


def show(fig, alt, caption, synthetic):
    """Show a figure as SVG with alt text and caption, and close it.

    The same figure gives the same bytes, so that a stored output can be compared.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        What the figure shows, with its numbers, in at least :data:`SHORTEST_ALT` characters.
    caption : str
        Stands below the figure.
    synthetic : bool
        Whether synthetic patients are shown; the caption then says so.
    """
    import matplotlib.pyplot as plt

    if not isinstance(fig, plt.Figure):
        raise ValueError(f"fig: expected a matplotlib figure, got {fig!r}")
    if not isinstance(alt, str) or len(alt.strip()) < SHORTEST_ALT:
        raise ValueError(f"alt: expected at least {SHORTEST_ALT} characters, got {alt!r}")
    label, file = _label(caption, synthetic), io.BytesIO()
    with plt.rc_context({"svg.hashsalt": "hccbook"}):
        fig.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(fig)
    data = base64.b64encode(_settled(file.getvalue().decode()).encode()).decode()
    _emit(
        '<figure class="hcc-figure">'
        f'<img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'
        f"<figcaption>{label}</figcaption></figure>"
    )


def _cell(value, digits):
    import pandas as pd

    if isinstance(value, Markup):
        return value
    if value is None or value is pd.NA or value != value:
        return "–"
    if isinstance(value, Real) and not isinstance(value, Integral) and not isinstance(value, bool):
        return format_number(value, f".{digits}f").replace("inf", "∞")
    # "< 0.001" must not break over two lines
    return html.escape(str(value)).replace("&lt; ", "&lt;&nbsp;")


def table(frame, caption, digits=2, synthetic=False, index=True, filters=()):
    """Show a frame as a table with a caption and scoped headers.

    Parameters
    ----------
    frame : pandas.DataFrame
        With one level of row and column names.
    caption : str
        Stands above the table.
    digits : int or mapping of column to int
        Decimals of floating-point columns.
    synthetic : bool
        Whether the numbers come from synthetic patients; the caption then says so.
    index : bool
        Whether to show the index, as row headers.
    filters : sequence of str
        Columns by which readers of the site can choose rows. JupyterLab shows all rows.
    """
    _emit(_table(frame, caption, digits, synthetic, index, filters))


def _table(frame, caption, digits=2, synthetic=False, index=True, filters=()):
    """Return the table of :func:`table`."""
    label = _label(caption, synthetic)
    _checks.flag("index", index)
    _checks.frame("frame", frame, empty=True)
    places = digits if isinstance(digits, dict) else dict.fromkeys(frame, digits)
    for name, decimals in places.items():
        _checks.whole("digits", decimals)
        if name not in frame:
            raise ValueError(f"digits: expected columns of frame, got {name!r}")
    if frame.index.nlevels > 1 or frame.columns.nlevels > 1:
        raise ValueError("frame: expected one level of row and column names, got more")
    filters = filters if isinstance(filters, tuple) else _checks.listed("filters", filters)
    if unknown := [name for name in filters if not _checks.is_label(name) or name not in frame]:
        raise ValueError(f"filters: expected columns of frame, got {unknown}")
    names = [frame.index.name or "", *frame.columns] if index else list(frame.columns)
    head = "".join(
        f'<th scope="col"{" data-filter" * (name in filters)}>{html.escape(str(name))}</th>'
        if str(name)
        else "<td></td>"
        for name in names
    )
    body = ""
    for name, values in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        row = f'<th scope="row">{html.escape(str(name))}</th>' if index else ""
        for column, value in zip(frame, values, strict=True):
            numeric = isinstance(value, Real) and not isinstance(value, bool)
            cls = ' class="number"' if numeric else ""
            row += f"<td{cls}>{_cell(value, places.get(column, 2))}</td>"
        body += f"<tr>{row}</tr>"
    cls = "hcc-table hcc-filter" if filters else "hcc-table"
    return (
        f'<table class="{cls}"><caption>{label}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def play(name, given, frame, caption, **options):
    """Show a table that readers of the site can play with; JupyterLab shows the table.

    Parameters
    ----------
    name : str
        Of a script in ``book/_static/play``, which draws the controls.
    given : dict
        What the script starts from, for JSON. Floats are rounded to 9 significant digits, so
        that they are the same on every processor.
    frame, caption, **options
        As for :func:`table`.
    """
    _checks.text("name", name)
    given = _checks.mapping("given", given)
    try:
        text = json.dumps(given, default=lambda array: array.tolist(), allow_nan=False)
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"given: expected text and finite numbers, got {given!r:.60}") from None
    data = json.loads(text, parse_float=lambda number: float(f"{float(number):z.9g}"))
    data = html.escape(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    held = _table(frame, caption, **options)
    _emit(f'<div class="hcc-play" data-play="{name}" data-given="{data}">{held}</div>')


def say(*lines):
    """Show sentences whose numbers were computed: Markdown, one line each."""
    from IPython.display import Markdown, display

    if unknown := [line for line in lines if not isinstance(line, str)]:
        raise ValueError(f"lines: expected text, got {unknown[0]!r:.60}")
    display(Markdown("\n".join(lines)))


def progress(steps, label):
    """Pass on each step, and count them before the reader's eyes while they run.

    ``label`` says what is counted. The line is gone at the end, and never appears where nobody
    watches (tests, ``make notebooks``): stored outputs do not depend on it.
    """
    if "JPY_SESSION_NAME" not in os.environ:
        yield from steps
        return
    from IPython.display import clear_output

    for done, step in enumerate(steps, 1):
        if done % 10 == 1:
            clear_output(wait=True)
            print(f"{label}: {done} of {len(steps)}", flush=True)
        yield step
    clear_output()
