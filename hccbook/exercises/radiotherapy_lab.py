"""Exercises of the radiotherapy lab: landmarks, competing risks, small numbers."""

from .exercise import exercise


@exercise(
    "radiotherapy-lab.1",
    tolerance=0,
    praise="Alive at the landmark, and known as a responder by then.",
    hint="Keep who is followed beyond month 3; of them, who has responded up to month 3?",
)
def responders_at_landmark():
    """Return how many of the patients in the text are responders at the landmark."""
    return 2, {
        "Four ever respond, and four reach the landmark. Who did both, by month 3?": 4,
        "Three responded by month 3, but one of them did not live to the landmark.": 3,
        "Who responds exactly at the landmark is known as a responder then.": 1,
    }


@exercise(
    "radiotherapy-lab.2",
    tolerance=0.005,
    praise="Without censoring it is simply the share of patients who had the event.",
    hint="Nobody was lost: how many of the four patients had a recurrence?",
)
def cumulative_incidence():
    """Return the share of the patients in the text with a recurrence."""
    return 0.5, {
        "That is 1 - Kaplan-Meier: it lets the dead wait for a recurrence, so that the last"
        " patient counts for all.": 1.0,
        "That is 1 - Kaplan-Meier after the first recurrence. One more patient has one.": 1 / 3,
        "That is the number of patients. Give the share.": 2.0,
        "Right in per cent; give it as a share between 0 and 1.": 50.0,
    }


@exercise(
    "radiotherapy-lab.3",
    tolerance=0.0005,
    praise="Nothing seen in sixty patients still allows one in seventeen.",
    hint="The rate p at which nobody of n has the event with a chance of 2.5 %: (1 - p)^n.",
)
def upper_limit_of_nothing_seen(n):
    """Return the exact upper limit of a rate of which nobody of ``n`` had the event."""
    upper = 1 - 0.025 ** (1 / n)
    return upper, {
        "That is the limit with all 5 % on one side. The two-sided interval leaves 2.5 %.": (
            1 - 0.05 ** (1 / n)
        ),
        "That is the rule of three: near, and one-sided.": 3 / n,
        "Zero was seen. Which rates could still have given zero by chance?": 0.0,
        "Right in per cent; give it as a share between 0 and 1.": 100 * upper,
    }


@exercise(
    "radiotherapy-lab.4",
    tolerance=0.002,
    praise="A head start that no treatment gave.",
    hint="Dead at the scan: 1 - 0.5^(2/12). The others are these and two thirds of the rest.",
)
def dead_among_non_responders(median, scan, share):
    """Return the share of those who never respond who die before the scan."""
    dead = 1 - 0.5 ** (scan / median)  # survival is exponential
    alive = (1 - dead) * (1 - share)
    return dead / (dead + alive), {
        "That is the share of all patients. The others are fewer: some of the living left"
        " them and became responders.": dead,
        "The responders are a third of those *alive* at the scan, not of all patients.": (
            dead / (1 - share)
        ),
        "Those are alive and do not respond. Which share of the others had died?": alive,
        "Right in per cent; give it as a share between 0 and 1.": 100 * dead / (dead + alive),
    }
