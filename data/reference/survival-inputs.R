# Writes survival-models.csv, the input of survival-models.R.
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260102)

cohort <- function(dataset, n, unit) {
  age <- round(rnorm(n, 62, 10))
  male <- rbinom(n, 1, 0.7)
  marker <- round(rlnorm(n, 1, 0.8), 2)
  stage <- sample(c("a", "b", "c"), n, replace = TRUE, prob = c(0.5, 0.3, 0.2))
  # Where the marker is high, the hazard falls with time: hazards are not proportional.
  risk <- 0.02 * (age - 62) + 0.6 * (stage == "b") + 1.1 * (stage == "c") + 0.35 * log(marker)
  progress <- 500 * exp(-risk) * rexp(n)^(0.8 + 0.5 * (marker > 4))
  censor <- runif(n, 60, 700)
  # Half of all would respond by day 60, if they were followed so long.
  response <- rexp(n, log(2) / 60)
  response[response > pmin(progress, censor)] <- Inf
  data.frame(
    dataset, time = ceiling(pmin(progress, censor) / unit), event = as.integer(progress <= censor),
    group = male, age, male, marker, stage2 = as.integer(stage == "b"), stage3 = as.integer(stage == "c"),
    response = floor(response / unit)
  )
}
trial <- cohort("trial", 153, 1)
# Whole months and round values: ties in time, in the score, and of events with censored patients.
months <- cohort("months", 90, 30)
months$age <- 10 * round(months$age / 10)
months$marker <- pmin(round(months$marker), 6)
# Three exposed patients, all with early events; the rest is there for the columns.
early <- data.frame(
  dataset = "early", time = 1:16, event = as.integer(!(1:16 %in% c(10, 14, 16))),
  group = as.integer(1:16 %in% c(3, 5, 6)), age = rep(c(50, 60), 8), male = rep(0:1, each = 8),
  marker = 1:16, stage2 = 0, stage3 = 0, response = Inf
)
write.csv(rbind(trial, months, early), "survival-models.csv", row.names = FALSE, quote = FALSE)
