"""data/relations: the format of the files, tried on a paper that nobody wrote."""

import re
from itertools import product

import numpy as np
import pytest

from hccbook import relations, reported
from hccbook.injection import error_free
from hccbook.relations import declared
from hccbook.relations.kinds import KINDS

ROWS = """\
n,,number of patients,120,,,,design
arm.a.n,a,number of patients,80,,,,result
arm.b.n,b,number of patients,40,,,,result
response.yes.a.count,a,count,20,,,,result
response.yes.a.percent,a,percentage,25.0,,,,result
response.no.a.count,a,count,60,,,,result
response.no.a.percent,a,percentage,75.0,,,,result
response.yes.b.count,b,count,16,,,,result
response.yes.b.percent,b,percentage,41.0,,,,result
response.no.b.count,b,count,24,,,,result
response.no.b.percent,b,percentage,60.0,,,,result
response.p,,P value,0.091,,,,result
os.hr,,hazard ratio,0.50,0.25,1.00,0.05,result
abstract.os.hr,,hazard ratio,0.50,0.25,1.00,,result
age.mean,,mean,61.2,,,,result
"""
GOOD = """\
[lists]
arm = ["b", "a"]
half.id = "arm.{half}.n"
half.cohort = "b"

[names]
"size.{arm}" = "arm.{arm}.n"

[[sections.counts]]
part = { part = "arm.{arm}.n", whole = "n", others = ["arm.{other arm}.n"] }
percentage.percent = "response.{level}.{arm}.percent"
percentage.count = "response.{level}.{arm}.count"
percentage.n = "size.{arm}"

[[sections.counts]]
p-of-counts = { p = "response.p", table = "response.{all level}.{all arm}.count" }

[[sections.ratios]]
ratio = { ratio = "os.hr" }
wald-p = { ratio = "os.hr" }
same = { one = "abstract.os.hr:{limit}", two = "os.hr:{limit}", only = "one" }

[untestable]
age = "no SD printed"
"""


#: What is replaced in the file to break it, and what by.
WALD, P_OF, ONLY = 'wald-p = { ratio = "os.hr" }', 'p = "response.p"', 'only = "one"'
NAME, LAST = '"size.{arm}" = "arm.{arm}.n"', "[untestable]"
AT_MOST = 'at-most = { number = "n", most = "n", reason = '
AREA = 'area = { auc = "age.mean", n = "n", given = "n" }'
BETWEEN = 'rows-between = { number = "n", rows = "n", what = "x", lowest = "1", highest = 2 }'


@pytest.fixture
def paper(tmp_path, monkeypatch):
    """Return a function that writes the relations of an invented paper, and a register."""
    monkeypatch.setattr(reported, "DATA", tmp_path)
    monkeypatch.setattr(declared, "FOLDER", tmp_path / "relations")
    (tmp_path / "reported").mkdir()
    (tmp_path / "relations").mkdir()

    def write(text=GOOD, rows=ROWS):
        lines = [",".join(reported.contract()["columns"])]
        for row in rows.splitlines():
            id, cohort, quantity, printed, lower, upper, p, kind = row.split(",")
            lines.append(
                f"made-up.{id},{cohort},,{quantity},,,{printed},{lower},{upper},{p},,,,{kind},"
            )
        (tmp_path / "reported" / "made-up.csv").write_text("\n".join(lines), encoding="utf-8")
        (tmp_path / "relations" / "made-up.toml").write_text(text, encoding="utf-8")
        reported._load.cache_clear()
        declared._read.cache_clear()
        return "made-up"

    yield write
    reported._load.cache_clear()
    declared._read.cache_clear()


def test_a_paper_is_audited_from_its_register_and_its_file(paper):
    name = paper()
    verdicts = {
        (line.id.removeprefix("made-up."), line.field): line.check.verdict
        for line in relations.lines(name)
    }
    assert len(verdicts) == 19
    wrong = {cell for cell, verdict in verdicts.items() if verdict == "contradicted"}
    assert wrong == {("response.yes.b.percent", "printed"), ("response.yes.b.count", "printed")}
    assert verdicts["age.mean", "printed"] == "untestable"
    assert verdicts["os.hr", "upper"] == verdicts["abstract.os.hr", "lower"] == "exact"


def test_relations_come_by_section_and_block_a_row_at_a_time(paper):
    found = relations.load(paper())
    assert list(found) == ["counts", "ratios"]
    ids = [one.id for one in found["counts"]]
    # The list says b before a; what is not listed comes as in the register.
    assert ids[:2] == ["arm.b.n", "response.yes.b.percent"]
    assert ids.index("response.no.b.count") < ids.index("arm.a.n")
    assert ids[-1] == "response.p"
    # Three of the ratio, one of its P, and of what is printed twice only the first.
    assert [one.id for one in found["ratios"]] == ["os.hr"] * 4 + ["abstract.os.hr"] * 3


def test_names_lists_and_other_values_are_filled_in(paper):
    name = paper()
    members = [one for section in relations.load(name).values() for one in section]
    percent = next(one for one in members if one.id == "response.yes.a.percent")
    assert ("arm.a.n", "printed") in percent.reads()
    part = next(one for one in members if one.id == "arm.a.n")
    assert part.reads() == [("arm.a.n", "printed"), ("n", "printed"), ("arm.b.n", "printed")]
    table = next(one for one in members if one.id == "response.p").cells["#table**"]
    assert table == [
        [(f"response.{level}.{arm}.count", "printed") for arm in "ba"] for level in ("yes", "no")
    ]
    assert relations.find(name, "arm.{arm}.n") == ["b", "a"]
    assert relations.find(name, "arm.{half}.n") == ["b"]
    assert relations.find(name, "response.{level}.{arm}.count") == {
        "yes": ["b", "a"],
        "no": ["b", "a"],
    }


def test_a_relation_stands_only_where_everything_is_printed(paper):
    rows = ROWS.replace("response.no.b.count,b,count,24,,,,result\n", "")
    text = GOOD.replace(P_OF, 'p = "{what}.p"').replace('"response.{all', '"{what}.{all')
    message = (
        r"^made-up\.toml, sections\.counts, block 2, p-of-counts, cells: expected something printed"
    )
    with pytest.raises(ValueError, match=message):
        relations.load(paper(text, rows))
    rows += "".join(f"sex.{x}.{y}.count,,count,5,,,,result\n" for x in "mf" for y in "ab")
    found = relations.load(paper(text, rows + "sex.p,,P value,0.5,,,,result\n"))["counts"]
    assert [one.id for one in found if one.kind == "p-of-counts"] == ["sex.p"]
    judged = [one.id for one in found if one.kind == "percentage"]
    assert "response.no.b.percent" not in judged
    assert len(judged) == 6


def test_whole_numbers_are_known_by_their_quantity(paper):
    text = GOOD + '[[sections.twice]]\nsame = { one = "arm.a.n", two = "arm.b.n" }\n'
    text += '[[sections.twice]]\nsame = { one = "age.mean", two = "response.p" }\n'
    text = text.replace("[untestable]\n", "").replace('age = "no SD printed"\n', "")
    twice = relations.load(paper(text))["twice"]
    assert [one.options["whole"] for one in twice] == [True, True, False, False]


ENTRY = "sections.ratios, block 1, "
EVERY = "expected something printed at all of them"
#: What is replaced in the file, by what, and the error.
BROKEN = [
    ("[lists]", "[list]", "list: expected one of ['lists'"),
    ("[lists]", "[lists", "Expected ']'"),
    ("[lists]\n", "lists = 1\n[other]\n", "lists: expected a table, got 1"),
    ('["b", "a"]', "[]", "lists.arm: expected words, or a table"),
    ('["b", "a"]', "[1, 2]", "lists.arm: expected words, or a table"),
    ("half.cohort", "half.color", "lists.half: expected words, or a table"),
    ('half.cohort = "b"', "half.cohort = 2", "lists.half: expected words, or a table"),
    ('half.cohort = "b"', 'half.cohort = "c"', "lists.half: expected rows of the register"),
    ('half.id = "arm.{half}.n"\n', "", "lists.half: expected words, or a table"),
    ("arm.{half}.n", "arm.{arm}.n", "lists.half: expected words, or a table with an id that has"),
    ("arm.{half}.n", "arm {half}", "lists.half: expected rows of the register"),
    (NAME, NAME.replace(".n", ".m"), "names.size.{arm}: expected the id of"),
    (NAME, NAME[:15] + "3", "names.size.{arm}: expected the id of a printed number, got 3"),
    ('"size.{arm}" =', '"arm.{arm}.n" =', "names.arm.{arm}.n: expected a new name, got 'arm.b"),
    ('"size.{arm}" =', '"size.{x}" =', "names.size.{x}: expected a new name, got 'size.{x}"),
    ("[[sections.ratios]]", "[sections.ratios]", "sections.ratios: expected blocks"),
    (WALD, "waldo = {}", f"{ENTRY}waldo: expected one of ['adjusted-p'"),
    (WALD, "wald-p = [1, 2]", f"{ENTRY}wald-p, entry: expected a table"),
    (WALD, "auc = { hr = 1 }", f"{ENTRY}auc, hr: expected one of ['auc', 'evidence', 'negatives'"),
    (WALD, "wald-p = {}", f"{ENTRY}wald-p, entry: expected the keys ['ratio'], got []"),
    (WALD, 'at-most = { most = "n" }', "entry: expected the keys ['number', 'most', 'reason']"),
    (WALD, 'wald-p = { ratio = "os hr" }', f"{ENTRY}wald-p, cells: {EVERY}"),
    (WALD, "wald-p = { ratio = 7 }", f"{ENTRY}wald-p, ratio: expected ids, got 7"),
    (ONLY, 'only = "first"', f"{ENTRY}same, only: expected some of ['one', 'two']"),
    (ONLY, 'evidence = "proof"', "same, evidence: expected some of ('arithmetic'"),
    ('whole = "n"', 'whole = "m"', f"sections.counts, block 1, part, cells: {EVERY}"),
    (WALD, AT_MOST + '"x" }', "at-most, number: expected a result, got 'n'"),
    (WALD, AT_MOST + "5 }", "at-most, reason: expected text, got 5"),
    ('others = ["arm', 'others = [7, "arm', "part, others: expected ids, got [7"),
    ("{other arm}", "{other level}", "arm.{other level}.n:printed: expected {level} beside it"),
    (P_OF, 'p = "{all x}.p"', "p-of-counts, p: expected one id, got '{all x}.p'"),
    (P_OF, 'p.x = "response.p"', "p-of-counts, p: expected ids, got {'x'"),
    ('table = "response', 'table = "{all x}', "table: expected at most 2 lists in lists, got"),
    (WALD, AREA, "area, given: expected a table of ids, got 'n'"),
    (WALD, BETWEEN, "rows-between, lowest: expected a number, got '1'"),
    (LAST, LAST + '\ncutoff = "no"', "untestable.cutoff: expected part of an id"),
    (LAST, LAST + "\nhr = 5", "untestable.hr: expected text, got 5"),
    (LAST, LAST + '\nhr = ""', "untestable.hr: expected text, got ''"),
]


def test_what_breaks_the_format_is_named(paper):
    for old, new, message in BROKEN:
        assert old in GOOD
        text = GOOD.replace(old, new, 1)
        with pytest.raises(ValueError, match=rf"^made-up\.toml, .*{re.escape(message)}"):
            relations.load(paper(text))


def test_a_missing_file_or_reason_is_named(paper, tmp_path):
    name = paper(GOOD.replace('age = "no SD printed"', ""))
    message = r"^made-up\.toml, untestable: expected why nothing bears on made-up\.age\.mean"
    with pytest.raises(ValueError, match=message):
        relations.lines(name)
    path = tmp_path / "relations" / "made-up.toml"
    path.write_bytes(b"\xff\xfe")
    declared._read.cache_clear()
    with pytest.raises(ValueError, match=r"^made-up\.toml, .*decode"):
        relations.load(name)
    path.unlink()
    with pytest.raises(ValueError, match=r"^made-up\.toml: expected a file of relations"):
        relations.load(name)


PAGE = (reported.DATA.parent / "book" / "relations.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?s)```toml\n(.+?)```", PAGE)
#: What a paper prints that has the relations of the third example.
RESULTS = """\
n,,number of patients,40,,,,design
response.cr,,percentage,10.0,,,,result
response.pr,,percentage,15.0,,,,result
response.other,,percentage,75.0,,,,result
orr,,percentage,25.0,12.7,41.2,,result
orr.control,,percentage,10.0,,,,result
orr.difference,,percentage,15.0,,,,result
orr.ratio,,odds ratio,2.50,,,,result
orr.q,,P value,0.03,,,,result
orr.p,,P value,0.01,,,,result
dcr.p,,P value,0.02,,,,result
os.p,,P value,0.04,,,,result
model.f1,,F1 score,75.4,,,,result
model.precision,,precision,69.0,,,,result
model.recall,,sensitivity,83.0,,,,result
pain.mean,,mean,5.90,,,,result
pain.sd,,standard deviation,2.191,,,,result
pain.items,,count,3,,,,design
"""


@pytest.mark.long
def test_the_third_example_judges_what_it_says_and_raises_no_false_alarm(paper):
    name = paper(EXAMPLES[2], RESULTS)
    verdicts = {x[:2]: x.check.verdict for x in relations.all_lines(name)}
    assert len(verdicts) == 11
    assert set(verdicts.values()) <= {"exact", "untestable"}
    cells, found = reported.cells(name), relations.load(name)["response"]
    for seed, one in product(range(60), found):
        check = one.check(error_free(one, cells, np.random.default_rng(seed)))
        assert check.verdict != "contradicted", (one.id, check)
    # A digit changed is seen; an impossible number is a finding, not an error.
    wrong = {
        ("response.pr", "printed"): "25.0",
        ("orr", "lower"): "15.7",
        ("orr.difference", "printed"): "14.0",
        ("orr.ratio", "printed"): "2.10",
        ("orr.q", "printed"): "1.2",
        ("model.f1", "printed"): "78.4",
        ("pain.sd", "printed"): "-2.191",
    }
    for (id, field), text in wrong.items():
        checks = relations.all_lines(name, {**cells, (id, field): text})
        judged = [x.check for x in checks if x[:2] == (f"{name}.{id}", field)]
        assert [x.verdict for x in judged] == ["contradicted"], (id, field, judged)


def test_every_list_of_a_file_and_every_kind_is_used():
    used = set()
    for text in EXAMPLES:
        blocks = declared.tomllib.loads(text)["sections"].values()
        used |= {kind for block in blocks for entry in block for kind in entry}
    for name in reported.papers():
        text = (declared.FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        for word in declared.tomllib.loads(text).get("lists", {}):
            assert re.search(rf"\{{(?:all |other )?{word}\}}", text), (name, word)
        used |= {one.kind for section in relations.load(name).values() for one in section}
    assert set(KINDS) - used == {"statistic", "at-risk"}  # no paper prints them: see below


def test_statistics_and_numbers_at_risk_raise_an_alarm_only_if_wrong(paper):
    df = {"z": "[]", "t": '["df"]', "F": '["df", "n"]', "chi-square": '["df"]', "r": '["df"]'}
    block = """
[[sections.more]]
at-risk = { number = "risk.c", before = ["n", "risk.b"], events = "arm.a.n" }
statistic = [
""" + "".join(
        f'    {{ p = "stat.p", value = "stat", test = "{test}", without = "all"{cells} }},\n'
        for test, x in df.items()
        for cells in [f", df = {x}" * (x != "[]")]
    )
    more = {"risk.b": ("count", "90"), "risk.c": ("count", "41"), "df": ("degrees of freedom", "9")}
    more |= {"stat": ("test statistic", "0.912"), "stat.p": ("P value", "0.912")}
    rows = ROWS + "".join(f"{x},,{a},{b},,,,result\n" for x, (a, b) in more.items())
    name = paper(GOOD + block + "]\n", rows)
    at_risk, *statistics = relations.load(name)["more"]
    cells = reported.cells(name)
    assert at_risk.check(cells).verdict == "contradicted"  # of 120 there were 80 events
    found = {one.options["test"]: one.check(cells).verdict for one in statistics}
    assert found["z"] == "contradicted"  # P is 0.36
    rng = np.random.default_rng(0)
    for one in [at_risk, *statistics] * 60:
        assert one.check(error_free(one, cells, rng)).verdict != "contradicted"


def test_the_page_on_the_format_has_every_kind_with_its_keys():
    rows = re.findall(r"(?m)^\| `(.+?)` \| (.+?) \| (.*?) ?\| .+ \|$", PAGE)
    assert [kind for kind, *_ in rows] == list(KINDS)
    for kind, cells, texts in rows:
        turns, words = KINDS[kind], cells.split(", ")
        judged = {word.strip("*") for word in words if word.startswith("*")}
        assert judged == {turn.judged for turn in turns}, kind
        expected, options, needed = declared.keys(kind)
        assert {word.strip("*()").partition(":")[0] for word in words} == set(expected), kind
        said = [*words, *(word for word in texts.split(", ") if word)]
        assert {word.strip("*()").partition(":")[0] for word in said} == {*expected, *options}
        sure = {word.strip("*").partition(":")[0] for word in said if not word.startswith("(")}
        assert sure == set(needed), kind


def test_the_examples_on_the_page_are_of_the_format():
    assert len(EXAMPLES) == 3
    for text in EXAMPLES:
        tables = declared.tomllib.loads(text)
        declared._check_tables(tables)
        for blocks in tables["sections"].values():
            for kind, entry in (item for block in blocks for item in block.items()):
                declared._check_entry(kind, entry)


def test_one_id_is_a_list_of_one_and_a_placeholder_is_one_word_throughout(paper):
    block = """
[[sections.more]]
part = { part = "arm.a.n", whole = "n", others = "arm.b.n", evidence = "summary" }
same = { one = "twin.{x}.{x}", two = "n", only = "one" }
"""
    rows = ROWS + "".join(f"twin.{x},,count,1,,,,result\n" for x in ("a.a", "a.b", "b.b"))
    part, *same = relations.load(paper(GOOD + block, rows))["more"]
    assert part.cells["others*"] == [("arm.b.n", "printed")]
    assert (part.evidence, part.kind, part.field) == ("summary", "part", "printed")
    assert [one.id for one in same] == ["twin.a.a", "twin.b.b"]
