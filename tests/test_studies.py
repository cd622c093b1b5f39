"""What is known of the studies: every row is checked, and who has the papers can add numbers."""

import math
from itertools import product

import numpy as np
import pytest

from hccbook import audit, reconstruction, reported, studies
from hccbook.reconstruction.results import statistics
from hccbook.relations import find

HEADER = ",".join(studies.COLUMNS)
TEXT = studies.FILE.read_text(encoding="utf-8")
RATIO = {"value": "2.05", "lower": "0.95", "upper": "4.42", "direction": "high_vs_low"}
GOOD = "myojin-2022,IL-6,PFS,hazard ratio,2.05,0.95,4.42,,high_vs_low,paper,doi:10.3390/a,\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that puts a text, or rows below the header, in the place of the file."""

    def put(*lines, text=None):
        monkeypatch.setattr(studies, "FILE", tmp_path / "il6-sii.csv")
        text = "\n".join([HEADER, *lines]) + "\n" if text is None else text
        content = text if isinstance(text, bytes) else text.encode()
        studies.FILE.write_bytes(content)

    return put


def row(**cells):
    """Return the good row with some cells replaced."""
    values = dict(zip(studies.COLUMNS, GOOD.strip().split(","), strict=True)) | cells
    return ",".join(values.values())


def test_table_one_is_as_in_the_register():
    frame, names = studies.load(), studies.names()
    assert list(names) == find("il6-sii", "table1.{study}.n")
    rows = frame[frame["source"] == "printed"]
    for quantity, key in (("patients", "n"), ("quality score", "nos")):
        found = rows[rows["quantity"] == quantity].set_index("study")["value"]
        assert list(found.index) == list(names)
        for study, value in found.items():
            assert value == reported.text(f"il6-sii.table1.{study}.{key}")
    register = reported.load("il6-sii")
    cuts = register[register.index.str.contains(r"table1\..*\.cutoff")]["printed"]
    assert sorted(rows.loc[rows["quantity"] == "cut-off", "value"]) == sorted(cuts)


def test_endpoints_are_as_in_the_register():
    for marker, endpoint in product(studies.MARKERS, studies.ENDPOINTS):
        found = studies.tabulated(studies.load(), marker, endpoint)
        name = f"{marker}-{endpoint}".lower().replace("il-6", "il6")
        assert found == find("il6-sii", f"table1.{{{name}}}.n")


def test_every_published_number_has_a_place_and_none_is_implied():
    frame = studies.load()
    assert set(frame["source"]) == {"printed", "abstract"}
    places = frame.loc[frame["source"] == "abstract", "reference"]
    assert places.str.match(r"doi:10\.\d{4,9}/\S+$|https://\S+$").all()


def test_published_ratios_are_centred_in_their_intervals():
    frame = studies.load()
    ratios = frame[(frame["quantity"] == "hazard ratio") & (frame["lower"] != "")]
    assert len(ratios) == 3
    for row in ratios[["value", "lower", "upper", "p"]].to_numpy():
        assert audit.centre_of_interval(*row[:3]).verdict != "contradicted"
        assert audit.p_from_interval(*row).verdict != "contradicted"


def test_ranges_of_a_published_ratio_are_its_rounding_and_its_p_value_bounds_the_error():
    found = studies.ranges(studies.load(), "IL-6", "PFS")
    assert found.studies[0] == "du-2024"
    assert found.effect[0] == pytest.approx(np.log([1.6235, 1.6245]))
    wide, narrow = np.log([2.5965 / 1.0155, 2.5955 / 1.0165]) / 2 / 1.959963984540054
    assert found.se[0] == pytest.approx([narrow, wide])
    assert found.source == ("abstract", "abstract", "implied", "implied")
    assert list(found.given) == [True, True, False, False]
    at = found.studies.index("miura-2025")  # a ratio with a P value only
    assert found.se[at] == pytest.approx([2 / math.sqrt(90), math.log(5.805) / 2.5758293])


def test_standard_errors_are_bounded_by_events_else_by_patients():
    found = studies.ranges(studies.load(), "SII", "OS")
    least = dict(zip(found.studies, found.se[:, 0], strict=True))
    assert least["jiang-2023"] == pytest.approx(2 / math.sqrt(74))
    assert least["zhang-2024"] == pytest.approx(2 / math.sqrt(189))
    assert (found.se[:, 1] == studies.LARGEST_SE).all()


def test_low_against_high_is_turned_unless_asked_not_to():
    frame = studies.load()
    turned = studies.ranges(frame, "SII", "PFS")
    plain = studies.ranges(frame, "SII", "PFS", as_printed=["yao-2025"])
    at = turned.studies.index("yao-2025")
    assert plain.effect[at] == pytest.approx(np.log([0.535, 0.545]))
    assert turned.effect[at] == pytest.approx(-plain.effect[at][::-1])
    assert turned.se[at] == pytest.approx(plain.se[at])


def test_directions_are_believed_unless_asked_not_to(write):
    def found(study, *as_printed):
        result = studies.ranges(studies.load(), "SII", "OS", as_printed)
        return result.effect[result.studies.index(study)]

    assert found("yao-2025")[0] == 0
    assert found("yao-2025", "yao-2025") == pytest.approx([-math.log(10), math.log(10)])
    write(text=TEXT.replace("SII,OS,direction,worse", "SII,OS,direction,better"))
    assert found("huang-2022") == pytest.approx([-math.log(10), 0])


def test_a_reader_s_numbers_are_used_and_named(write):
    """One imagined set plays the papers that a reader has: it is found again."""
    known = studies.ranges(studies.load(), "IL-6", "PFS")
    result = reconstruction.from_register("il6.pfs.pooled", range(4), "fixed")
    sets = reconstruction.draw(known.effect, known.se, known.given, [result], sets=200, seed=3)
    # A set in the middle, so that rounding its numbers does not move it over an edge.
    found, box = (
        x[..., [0, 1, 2, 4], :]
        for x in (statistics(sets.effect, sets.se, result)[..., None], result.boxes)
    )
    at = np.abs((found[..., 0] - box.mean(1)) / np.ptp(box, axis=1)).max(1).argmin()
    effect, se, lines = sets.effect[at, 2:], sets.se[at, 2:], []
    for study, ends in zip(
        ("suzuki-2024", "myojin-2022"),
        np.exp([effect, effect - 1.96 * se, effect + 1.96 * se]).T,
        strict=True,
    ):
        numbers = ",".join(f"{x:.4f}" for x in ends)
        lines.append(f"{study},IL-6,PFS,hazard ratio,{numbers},,high_vs_low,paper,mine,\n")
    write(text=TEXT + "".join(lines))
    mine = studies.ranges(studies.load(), "IL-6", "PFS")
    assert mine.source == ("abstract", "abstract", "paper", "paper")
    assert mine.effect[2:].mean(1) == pytest.approx(effect, abs=1e-3)
    again = reconstruction.draw(mine.effect, mine.se, mine.given, [result], sets=100, seed=4)
    assert len(again.effect) == 100
    assert np.ptp(again.effect[:, 2:], axis=0).max() < 1e-3


def test_the_paper_goes_before_the_abstract(write):
    # A ratio for each unit of a marker may be more precise than one of a marker cut in two.
    mine = "SII,OS,hazard ratio,1.001,0.999,1.003,,high_vs_low,paper,mine,\n"
    other = "du-2024,IL-6,PFS,hazard ratio,1.70,1.10,2.63,,high_vs_low,paper,mine,\n"
    write(text=f"{TEXT}{other}zhang-2024,{mine}")
    frame = studies.load()
    assert studies.best(frame, "IL-6", "PFS", "hazard ratio").loc["du-2024", "value"] == "1.70"
    assert studies.ranges(frame, "IL-6", "PFS").source[0] == "paper"
    assert studies.ranges(frame, "IL-6", "OS").source[0] == "abstract"
    found = studies.ranges(frame, "SII", "OS")
    assert found.se[found.studies.index("zhang-2024")].max() < 0.01  # not bounded by patients


#: What is wrong with a ratio, in the file or alone.
BAD_RATIOS = [
    ("value: expected a ratio from 0.95 to", {"value": "4.60"}),
    ("lower: expected less than upper", {"lower": "4.42", "upper": "0.95"}),
    ("lower: expected less than upper", {"lower": "2.05", "upper": "2.05"}),
    ("value: expected a number above 0", {"value": "0"}),
    ("lower: expected a number above 0", {"lower": "-0.95"}),
    ("lower: expected both confidence limits or none", {"upper": ""}),
    ("direction: expected one of", {"direction": "up"}),
    ("value: expected one", {"value": "two"}),
    ("lower: expected one printed number", {"lower": "low"}),
    ("p: expected a number between 0 and 1", {"p": "4.3"}),
]
BAD_ROWS = [
    ("direction: expected one for hazard ratio", {"direction": ""}),
    ("endpoint: expected one for hazard ratio", {"endpoint": ""}),
    ("study: expected one of", {"study": "myojin-2021"}),
    ("marker: expected one of", {"marker": "NLR"}),
    ("endpoint: expected one of", {"endpoint": "RFS"}),
    ("quantity: expected one of", {"quantity": "odds"}),
    ("source: expected one of", {"source": "memory"}),
    ("source: expected one of", {"source": "implied"}),
    ("reference: expected one for hazard ratio", {"reference": " "}),
    ("value: expected one for hazard ratio, got none", {"value": ""}),
    ("value: expected one of .'worse'", {"quantity": "direction", "value": "up"}),
    ("value: expected one for country", {"quantity": "country", "value": " "}),
    ("value: expected a number above 0", {"quantity": "patients", "value": "0"}),
    ("expected each number once", {"study": "du-2024", "value": "2.06"}),
]


def test_a_bad_row_is_named(write):
    write(row(), "", "")
    assert studies.load()["value"].tolist() == ["2.05"]
    for message, cells in BAD_RATIOS + BAD_ROWS:
        write(row(study="du-2024"), row(**cells))
        with pytest.raises(ValueError, match=rf"^il6-sii\.csv, row 3 .*{message}"):
            studies.load()
    for (message, cells), call in product(
        BAD_RATIOS, (studies.check_ratio, studies.high_against_low)
    ):
        with pytest.raises(ValueError, match=f"^row, {message}"):
            call(RATIO | cells)


def test_a_malformed_file_is_named(write):
    for text, message in (
        ("", ": not a readable CSV file"),
        ("study,marker\na,b\n", ", header: expected the columns"),
        (f"{HEADER}\n{GOOD.strip()},more\n", ", row 2: expected 12 cells, got 13"),
        (f"{HEADER}\n{GOOD}{GOOD.strip()},more\n", ", row 3: expected 12 cells, got 13"),
        (f"{HEADER}\nmyojin-2022,IL-6\n", ", row 2: expected 12 cells, got 2"),
        (f'{HEADER}\n"open', ": not a readable CSV file"),
        (HEADER.encode() + b"\n\xff\xfe\n", ": not a readable CSV file"),
    ):
        write(text=text)
        with pytest.raises(ValueError, match=rf"^il6-sii\.csv{message}"):
            studies.load()


def test_a_ratio_is_turned_round_as_the_row_says_if_it_has_limits():
    ratio = RATIO | {"value": "0.64", "lower": "0.45", "upper": "0.91"}
    assert studies.high_against_low(ratio) == pytest.approx((0.64, 0.45, 0.91))
    turned = studies.high_against_low(ratio | {"direction": "low_vs_high"})
    assert turned == pytest.approx((1 / 0.64, 1 / 0.91, 1 / 0.45))
    studies.check_ratio(RATIO | {"lower": "", "upper": "", "p": "< 0.01"})
