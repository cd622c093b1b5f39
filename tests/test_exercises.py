"""hccbook.exercises: right answers pass, each known mistake gets its own hint."""

import pytest

from hccbook import display, exercises

GIVEN = {
    "magnesium-lab.1": {"apparent": 0.157},
    "magnesium-lab.2": {"median_high": 12, "median_low": 6, "shape": 2},
    "magnesium-lab.3": {"seed": 7},
}
NAMES = list(exercises.EXERCISES)


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(display, "say", lambda *texts: lines.extend(texts))
    return lines


def test_every_exercise_is_tried_here():
    assert set(GIVEN) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_right_answer(said, name):
    exercise = exercises.EXERCISES[name]
    assert exercises.check(name, exercise.answer(**GIVEN[name]), **GIVEN[name]) is True
    assert said == [f"**✓ Right.** {exercise.praise}"]


@pytest.mark.parametrize("name", NAMES)
def test_each_mistake_gets_its_hint(said, name):
    exercise = exercises.EXERCISES[name]
    for mistake, hint in exercise.mistakes:
        value = mistake(**GIVEN[name])
        assert abs(value - exercise.answer(**GIVEN[name])) > exercise.tolerance, hint
        assert exercises.check(name, value, **GIVEN[name]) is False
        assert said[-1] == f"**✗ Not yet.** {hint}"


@pytest.mark.parametrize("name", NAMES)
def test_any_other_answer_gets_the_general_hint(said, name):
    assert exercises.check(name, 1234.5, **GIVEN[name]) is False
    assert said == [f"**✗ Not yet.** {exercises.EXERCISES[name].hint}"]


def test_no_answer_yet(said):
    assert exercises.check(NAMES[0], None, **GIVEN[NAMES[0]]) is None
    assert "No answer yet" in said[0]


@pytest.mark.parametrize("answer", ["0.5", True, float("nan"), float("inf"), [1]])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(ValueError, match="answer: expected a number"):
        exercises.check(NAMES[0], answer, **GIVEN[NAMES[0]])


def test_unknown_exercise():
    with pytest.raises(ValueError, match=r"name: .*'lab\.9'"):
        exercises.check("lab.9", 1)


def test_worked_example_of_exercise_2():
    # Weibull, shape 2: S = exp(-(t/b)^2); medians b·sqrt(log 2), hazards 2t/b².
    assert exercises.EXERCISES["magnesium-lab.2"].answer(12, 6, 2) == 0.25


def test_seed_is_the_same_for_everyone_who_types_the_name():
    assert exercises.student_seed("a student") == exercises.student_seed("  A Student ")
    assert exercises.student_seed("a student") == 358567
    assert exercises.student_seed("another") != exercises.student_seed("a student")


@pytest.mark.parametrize("name", ["", "  ", None, 7])
def test_seed_needs_a_name(name):
    with pytest.raises(ValueError, match="name: "):
        exercises.student_seed(name)
