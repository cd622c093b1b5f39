"""Exercises of the radiotherapy lab: landmarks, competing risks, small numbers."""

from .exercise import Exercise


def _upper(n, tail=0.025):
    """Return the exact upper limit of a rate of which nobody of ``n`` had the event."""
    return 1 - tail ** (1 / n)


def _dead_before(median, scan):
    """Return the share of patients who die before the scan; survival is exponential."""
    return 1 - 0.5 ** (scan / median)


def _among_others(median, scan, share):
    """Return the share of those who never respond who die before the scan."""
    dead = _dead_before(median, scan)
    return dead / (dead + (1 - dead) * (1 - share))


EXERCISES = {
    "radiotherapy-lab.1": Exercise(
        answer=lambda: 2,
        tolerance=0,
        praise="Alive at the landmark, and known as a responder by then.",
        mistakes=(
            (
                lambda: 4,
                "Four ever respond, and four reach the landmark. Who did both, by month 3?",
            ),
            (
                lambda: 3,
                "Three responded by month 3, but one of them did not live to the landmark.",
            ),
            (lambda: 1, "Who responds exactly at the landmark is known as a responder then."),
        ),
        hint="Keep who is followed beyond month 3; of them, who has responded up to month 3?",
    ),
    "radiotherapy-lab.2": Exercise(
        answer=lambda: 0.5,
        tolerance=0.005,
        praise="Without censoring it is simply the share of patients who had the event.",
        mistakes=(
            (
                lambda: 1.0,
                "That is 1 - Kaplan-Meier: it lets the dead wait for a recurrence, so that the last"
                " patient counts for all.",
            ),
            (
                lambda: 1 / 3,
                "That is 1 - Kaplan-Meier after the first recurrence. One more patient has one.",
            ),
            (lambda: 2.0, "That is the number of patients. Give the share."),
            (lambda: 50.0, "Right in per cent; give it as a share between 0 and 1."),
        ),
        hint="Nobody was lost: how many of the four patients had a recurrence?",
    ),
    "radiotherapy-lab.3": Exercise(
        answer=_upper,
        tolerance=0.0005,
        praise="Nothing seen in sixty patients still allows one in seventeen.",
        mistakes=(
            (
                lambda n: _upper(n, 0.05),
                "That is the limit with all 5 % on one side. The two-sided interval leaves 2.5 %.",
            ),
            (
                lambda n: 3 / n,
                "That is the rule of three: near, and one-sided.",
            ),
            (lambda n: 0.0, "Zero was seen. Which rates could still have given zero by chance?"),
            (lambda n: 100 * _upper(n), "Right in per cent; give it as a share between 0 and 1."),
        ),
        hint="The rate p at which nobody of n has the event with a chance of 2.5 %: (1 - p)^n.",
    ),
    "radiotherapy-lab.4": Exercise(
        answer=_among_others,
        tolerance=0.002,
        praise="A head start that no treatment gave.",
        mistakes=(
            (
                lambda median, scan, share: _dead_before(median, scan),
                "That is the share of all patients. The others are fewer: some of the living left"
                " them and became responders.",
            ),
            (
                lambda median, scan, share: _dead_before(median, scan) / (1 - share),
                "The responders are a third of those *alive* at the scan, not of all patients.",
            ),
            (
                lambda median, scan, share: (1 - _dead_before(median, scan)) * (1 - share),
                "Those are alive and do not respond. Which share of the others had died?",
            ),
            (
                lambda median, scan, share: 100 * _among_others(median, scan, share),
                "Right in per cent; give it as a share between 0 and 1.",
            ),
        ),
        hint="Dead at the scan: 1 - 0.5^(2/12). The others are these and two thirds of the rest.",
    ),
}
