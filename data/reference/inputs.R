# Writes accuracy.csv and survival.csv, the inputs of accuracy.R and survival.R.
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260101)

markers <- function(dataset, y, marker) data.frame(dataset, y, marker)
low <- rep(0:1, c(79, 31))
write.csv(
  rbind(
    markers("ties", c(0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0),
            c(1, 2, 2, 2, 3, 1, 4, 4, 5, 5, 3, 3, 1, 2)),
    markers("cohort", low, round(rnorm(110, 0.80 + 0.07 * low, 0.08), 2)),
    markers("fine", rep(0:1, 40), rnorm(80, rep(0:1, 40))),
    markers("reversed", c(1, 1, 1, 0, 1, 0, 0, 0), c(0.1, 0.2, 0.35, 0.3, 0.5, 0.6, 0.8, 0.9)),
    markers("separation", rep(0:1, c(6, 4)), c(11:16, 21:24) / 10),
    markers("two-by-two", c(0, 1, 0, 1), c(1.5, 2.5, 3.5, 4.5)),
    markers("three-maxima", c(0, 0, 1, 0, 0, 1, 0, 0, 1), 1:9),
    # J is 1/5 at five cut-offs as a fraction, but not in floating point.
    markers("five-maxima", rep(0:1, 5), 1:10),
    markers("constant", c(0, 1, 0, 1, 1), rep(2, 5))
  ),
  "accuracy.csv", row.names = FALSE, quote = FALSE
)

patients <- function(dataset, time, event, group = seq_along(time) %% 2, stratum = "a")
  data.frame(dataset, time, event, group, stratum)
arm <- rep(0:1, c(62, 48))
progress <- ceiling(rexp(110, log(2) / ifelse(arm == 1, 150, 270)))
censor <- ceiling(runif(110, 100, 600))
crowd <- rep(0:1, 40)
write.csv(
  rbind(
    patients("ties", c(2, 3, 3, 3, 4, 5, 5, 6, 7, 7, 7, 9), c(1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0)),
    patients("flat-then-event", c(1:8, 10, 12), c(1, 1, 1, 1, 1, 0, 0, 1, 0, 1)),
    patients("flat-to-the-end", 1:14, rep(1:0, each = 7)),
    # S(t) is 9/15 · 5/6 = 1/2 from 10 to 15, but the product of floats stays just above.
    patients("flat-but-for-rounding", 1:15, rep(c(1, 0, 1, 0, 1), c(6, 3, 1, 4, 1))),
    patients("not-reached", c(2, 4, 5, 8, 9, 11, 12, 12), c(1, 0, 0, 1, 0, 0, 0, 0)),
    patients("straight-to-zero", c(3, 3, 3, 3), c(1, 1, 1, 1)),
    patients("from-zero", c(0, 0, 1, 2, 2, 4, 5), c(1, 0, 1, 1, 1, 1, 0)),
    patients("cohort", pmin(progress, censor), as.integer(progress <= censor), arm,
             rep(c("a", "b", "c", "b", "a"), 22)),
    patients("heavy-ties", pmin(1 + rgeom(80, 0.2 + 0.2 * crowd), 4), rep(c(1, 1, 0, 1), 20), crowd)
  ),
  "survival.csv", row.names = FALSE, quote = FALSE
)
