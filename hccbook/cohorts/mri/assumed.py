"""What no public number fixes. Whatever depends on it is an illustration, not a replication."""

from .. import calibration as cal

#: The model's three predictors, as columns of a cohort.
PREDICTORS = ("t2_sir_week8", "adc_mean_week8", "nlr")

#: A month, in days.
DAYS_PER_MONTH = 365.25 / 12

ASSUMED = cal.Assumptions("mri")
