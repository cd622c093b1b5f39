# Writes calibration.csv (made-up patients) and calibration.json: what R says of them.
suppressPackageStartupMessages({library(rms); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260102)

patients <- function(dataset, y, risk) data.frame(dataset, y, risk = round(risk, 6))
drawn <- function(dataset, risk, truth = qlogis(risk)) patients(dataset, rbinom(length(risk), 1, plogis(truth)), risk)
x <- matrix(rnorm(78 * 3), 78)
own <- rbinom(78, 1, plogis(x %*% c(0.8, -0.5, 0.3)))
overfitted <- rnorm(200, -0.3, 1.8)
write.csv(
  rbind(
    patients("development", own, fitted(glm(own ~ x, binomial))),
    drawn("external", plogis(overfitted), 0.4 + 0.6 * overfitted),
    drawn("ties", round(plogis(rnorm(150)), 1) * 0.98 + 0.01),
    drawn("score", rep(c(0.1, 0.25, 0.4, 0.75), c(30, 50, 30, 20))),
    drawn("one-large-group", c(rep(0.2, 90), seq(0.25, 0.85, length.out = 30))),
    drawn("near-the-ends", plogis(rnorm(60, 0, 5)), rnorm(60)),
    drawn("large", plogis(rnorm(600, -1, 1.2)))
  ),
  "calibration.csv", row.names = FALSE, quote = FALSE
)

# The rule of ResourceSelection::hoslem.test (0.3-6), which Debian does not have.
hosmer_lemeshow <- function(y, risk, g) {
  bounds <- unique(quantile(risk, probs = seq(0, 1, 1 / g)))
  group <- cut(risk, breaks = bounds, include.lowest = TRUE)
  observed <- xtabs(cbind(1 - y, y) ~ group)
  expected <- xtabs(cbind(1 - risk, risk) ~ group)
  statistic <- sum((observed - expected)^2 / expected)
  G <- length(unique(group))
  # With 49 groups the last probability is below 1 by rounding, and so may be the last bound: the
  # highest risk is then lost.
  result <- list(g = g, groups = G, patients = sum(observed), statistic = statistic)
  if (G >= 3) result <- c(result, p = 1 - pchisq(statistic, G - 2), external = 1 - pchisq(statistic, G))
  if (g == 10) result <- c(result, list(n = as.vector(table(group)), events = as.vector(observed[, 2]),
                                        expected = as.vector(expected[, 2])))
  result
}

# The curve of val.prob.
smooth <- function(y, risk, f) {
  curve <- lowess(risk, y, f = f, iter = 0)
  first <- !duplicated(curve$x)
  list(f = f, risk = curve$x[first], rate = curve$y[first])
}

# Twice, because glm's standard errors are those of the step before the last.
model <- function(formula) {
  tight <- glm.control(epsilon = 1e-15, maxit = 100)
  glm(formula, binomial, control = tight, start = coef(glm(formula, binomial, control = tight)))
}
wald <- function(fit, i, null) {
  row <- coef(summary(fit))[i, 1:2]
  list(value = row[[1]], lower = confint.default(fit)[i, 1], upper = confint.default(fit)[i, 2],
       p = 2 * pnorm(-abs((row[[1]] - null) / row[[2]])))
}

of_model <- function(d) {
  y <- d$y
  risk <- d$risk
  x <- qlogis(risk)
  recalibration <- model(y ~ x)
  bins <- hosmer_lemeshow(y, risk, 10)
  list(
    val.prob = as.list(val.prob(risk, y, pl = FALSE)[c("Intercept", "Slope")]),
    intercept = wald(model(y ~ offset(x)), 1, 0),
    slope = wald(recalibration, 2, 1),
    recalibration_intercept = wald(recalibration, 1, 0),
    hosmer_lemeshow = lapply(c(3, 5, 10, 20, 49), function(g) hosmer_lemeshow(y, risk, g)),
    wilson = t(mapply(function(k, n) suppressWarnings(prop.test(k, n, correct = FALSE))$conf.int,
                      bins$events, bins$n)),
    smooth = list(smooth(y, risk, 2 / 3))
  )
}

inputs <- read.csv("calibration.csv")
write_json(
  list(
    versions = list(R = as.character(getRversion()), rms = as.character(packageVersion("rms")),
                    Hmisc = as.character(packageVersion("Hmisc"))),
    models = lapply(split(inputs, inputs$dataset), of_model)
  ),
  "calibration.json", digits = I(17), auto_unbox = TRUE, na = "string", pretty = TRUE
)
