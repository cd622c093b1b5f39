"""Figures with numbers that the text names, numbers kept whole, styles of formulas and paper."""

import re

#: How sentences speak of a figure of their section: the only one, or one by its place.
_NAMED = re.compile(r"\b[Tt]he (?:(first|second|third) |next )?figure\b(?! caption)")
_PLACES = ("first", "second", "third")
#: What a browser would break at its hyphen.
_POWER = re.compile(r"\d[\d.]*e-\d+")


def number_figures(soup):
    """Number the figures of a page, and lead to them where a section's sentences name them."""
    for number, figure in enumerate(soup.select("article figure.hcc-figure"), start=1):
        name = f"Figure {number}"
        figure["id"] = f"figure-{number}"
        figure.figcaption.insert(
            0, soup.new_tag("span", attrs={"class": "figure-number"}, string=f"{name}.")
        )
        figure.figcaption.insert(1, " ")
        # A phone is narrower than most figures: the box scrolls, so the keyboard must reach it.
        box = {"class": "figure-box", "tabindex": "0", "role": "group", "aria-label": name}
        picture = figure.find(["img", "svg"])
        picture.wrap(soup.new_tag("div", attrs=box))
    for section in soup.select("article section:has(figure.hcc-figure)"):
        name_figures(soup, section)


def name_figures(soup, section):
    """Put the number and a link in place of the words that name a figure of the section."""

    def own(part):
        return part.find_parent("section") is section

    figures = list(filter(own, section.select("figure.hcc-figure")))
    for paragraph in filter(own, section.select("p")):
        for text in paragraph.find_all(string=_NAMED):
            rest, parts = 0, []
            for found in _NAMED.finditer(text):
                place = _PLACES.index(found[1]) if found[1] else 0
                if place >= len(figures) or (len(figures) > 1 and not found[1]):
                    continue
                figure = figures[place]
                link = soup.new_tag("a", href=f"#{figure['id']}")
                link.string = figure.figcaption.span.string.rstrip(".").replace(
                    " ", "\N{NO-BREAK SPACE}"
                )
                parts += [text[rest : found.start()], link]
                rest = found.end()
            if parts:
                text.replace_with(*parts, text[rest:])


def keep_powers(soup):
    """Let no line of a cell end within a number such as 5.1e-05."""
    for text in soup.find_all(string=_POWER):
        if text.find_parent(["td", "th"]) and not text.find_parent(class_="whole"):
            parts = re.split(f"({_POWER.pattern})", text)
            for place in range(1, len(parts), 2):
                number = parts[place]
                parts[place] = soup.new_tag("span", attrs={"class": "whole"}, string=number)
            text.replace_with(*parts)


def setup(app):
    """Register the parts with Sphinx."""
    app.add_css_file("paper.css", priority=900)  # after the theme's and the book's
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
