# Writes nomogram.json: the axes that rms draws of a logistic and a Cox model of made-up patients.
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
d$time <- ceiling(rexp(n, exp(0.15 * d$nlr - d$adc + 0.5 * (d$afp == "high")) / 200))
d$event <- rbinom(n, 1, 0.8)
bounds <- datadist(d)
options(datadist = "bounds")

ticks <- list(nlr = seq(0, 14, 2), adc = c(0.7, 0.9, 1.2, 1.5, 1.9))
risks <- c(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
drawn <- function(fit, fun, lp) {
  sheet <- nomogram(fit, nlr = ticks$nlr, adc = ticks$adc, fun = fun, fun.lp.at = lp, funlabel = "risk")
  info <- attr(sheet, "info")
  list(
    coefficients = as.list(coef(fit)),
    points = lapply(sheet[c("nlr", "adc", "afp")], function(axis) axis$points),
    scale = info$sc, intercept = unname(info$Intercept),
    total = sheet$total.points$x, risk = list(x = sheet$risk$x.real, points = sheet$risk$x)
  )
}

logistic <- lrm(y ~ nlr + adc + afp, d, tol = 1e-14, eps = 1e-12)
cox <- cph(Surv(time, event) ~ nlr + adc + afp, d, surv = TRUE, x = TRUE, y = TRUE, time.inc = 180)
baseline <- unname(Survival(cox)(180, 0))
patients <- data.frame(nlr = c(2, 5.5, 10), adc = c(1.1, 0.95, 1.6), afp = c("low", "middle", "high"))
write_json(
  list(
    versions = list(R = as.character(getRversion()), rms = as.character(packageVersion("rms"))),
    ticks = ticks,
    logistic = drawn(logistic, plogis, qlogis(risks)),
    cox = c(drawn(cox, function(lp) 1 - baseline^exp(lp), log(log(1 - risks) / log(baseline))),
            centre = unname(cox$center), survival = baseline),
    patients = patients,
    risk = list(
      logistic = unname(predict(logistic, patients, type = "fitted")),
      cox = 1 - as.vector(survest(cox, patients, times = 180)$surv)
    )
  ),
  "nomogram.json", digits = I(17), auto_unbox = TRUE, dataframe = "columns", na = "string", pretty = TRUE
)
