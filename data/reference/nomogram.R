# Writes nomogram.json: the axes that rms draws of a logistic model of made-up patients.
suppressPackageStartupMessages({library(rms); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260103)

n <- 120
d <- data.frame(
  nlr = round(rlnorm(n, 1.2, 0.5), 2),
  adc = round(rnorm(n, 1.2, 0.2), 2),
  afp = factor(sample(c("low", "middle", "high"), n, TRUE), levels = c("low", "middle", "high"))
)
d$y <- rbinom(n, 1, plogis(-1 - 0.3 * d$nlr + 2 * d$adc - 0.7 * (d$afp == "high")))
bounds <- datadist(d)
options(datadist = "bounds")

ticks <- list(nlr = seq(0, 14, 2), adc = c(0.7, 0.9, 1.2, 1.5, 1.9))
risks <- c(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
fit <- lrm(y ~ nlr + adc + afp, d, tol = 1e-14, eps = 1e-12)
sheet <- nomogram(fit, nlr = ticks$nlr, adc = ticks$adc, fun = plogis, fun.lp.at = qlogis(risks),
                  funlabel = "risk")
info <- attr(sheet, "info")
patients <- data.frame(nlr = c(2, 5.5, 10), adc = c(1.1, 0.95, 1.6), afp = c("low", "middle", "high"))
write_json(
  list(
    versions = list(R = as.character(getRversion()), rms = as.character(packageVersion("rms"))),
    ticks = ticks,
    logistic = list(
      coefficients = as.list(coef(fit)),
      points = lapply(sheet[c("nlr", "adc", "afp")], function(axis) axis$points),
      scale = info$sc, intercept = unname(info$Intercept),
      risk = list(x = sheet$risk$x.real, points = sheet$risk$x)
    ),
    patients = patients,
    risk = list(logistic = unname(predict(fit, patients, type = "fitted")))
  ),
  "nomogram.json", digits = I(17), auto_unbox = TRUE, dataframe = "columns", na = "string", pretty = TRUE
)
