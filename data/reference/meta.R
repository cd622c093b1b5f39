# Writes meta.json: what R's metafor says of the BCG trials and of made-up meta-analyses.
suppressPackageStartupMessages({library(metafor); library(jsonlite)})

trials <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
k <- 1:40
sets <- list(
  bcg = data.frame(effect = as.numeric(trials$yi), se = sqrt(as.numeric(trials$vi))),
  ties = data.frame(effect = c(0.5, 0.5, 0.1, 0.9, 0.1, 0.9, 0.5), se = c(0.2, 0.2, 0.1, 0.3, 0.1, 0.3, 0.1)),
  two = data.frame(effect = c(0.1, 0.9), se = c(0.1, 0.3)),
  `two-alike` = data.frame(effect = c(0.4, 0.5), se = c(0.2, 0.3)),
  one = data.frame(effect = 0.4, se = 0.2),
  homogeneous = data.frame(effect = c(0.30, 0.32, 0.28, 0.35, 0.29), se = c(0.2, 0.1, 0.3, 0.25, 0.15)),
  identical = data.frame(effect = rep(0.25, 4), se = c(0.1, 0.2, 0.3, 0.4)),
  huge = data.frame(effect = c(-3, 1, 4, -1, 7, 2), se = c(0.05, 0.02, 0.1, 0.03, 0.2, 0.01)),
  equal = data.frame(effect = c(-0.2, 0.1, 0.7, 0.4), se = rep(0.2, 4)),
  many = data.frame(effect = 0.3 + 0.4 * sin(7 * k), se = 0.1 + 0.4 * cos(3 * k)^2),
  example = data.frame(effect = c(0.1, 0.3, 0.8, 0.5), se = c(0.2, 0.1, 0.2, 0.3))
)
methods <- c(fixed = "FE", dl = "DL", pm = "PM", reml = "REML")
tests <- c(normal = "z", t = "knha", adhoc = "adhoc")
levels <- c(0.95, 0.8)

control <- function(method)
  if (method == "PM") list(tol = 1e-16, maxiter = 10000) else list(threshold = 1e-15, maxiter = 10000)
fit <- function(d, method, test = "z", ...)
  suppressWarnings(rma(effect, sei = se, data = d, method = method, test = test, control = control(method), ...))

of_fit <- function(d, method, test, level = 95) {
  f <- fit(d, method, test, level = level)
  row <- list(value = f$beta[[1]], se = f$se, lower = f$ci.lb, upper = f$ci.ub, statistic = f$zval,
              p = f$pval, tau2 = f$tau2, i2 = f$I2)
  if (method == "FE") return(row)
  default <- suppressWarnings(predict(f))
  higgins <- suppressWarnings(predict(f, pi.type = "riley"))
  c(row, list(prediction = list(metafor = c(default$pi.lb, default$pi.ub), higgins = c(higgins$pi.lb, higgins$pi.ub))))
}

of_set <- function(d) {
  f <- fit(d, "DL")
  found <- list(
    effect = d$effect, se = d$se, q = f$QE, q_p = f$QEp, i2 = f$I2,
    fits = lapply(methods, function(m) lapply(if (m == "FE") tests["normal"] else tests, function(t) of_fit(d, m, t)))
  )
  if (nrow(d) > 1) found$intervals <- lapply(levels, function(level) {
    ci <- confint(f, level = 100 * level, control = list(tol = 1e-16, maxiter = 10000, tau2.max = 1e5))$random
    list(level = level, tau2 = ci["tau^2", 2:3], i2 = ci["I^2(%)", 2:3])
  })
  if (nrow(d) > 2 && length(unique(d$se)) > 1) {
    line <- regtest(d$effect, sei = d$se, model = "lm")
    slope <- summary(line$fit)$coefficients[2, ]
    found$egger <- list(slope = slope[[1]], lower = confint(line$fit)[2, 1], upper = confint(line$fit)[2, 2],
                        statistic = line$zval, p = line$pval)
  }
  found
}

of_leave_one_out <- function(d, method, test) {
  f <- leave1out(fit(d, method, test))
  list(value = f$estimate, se = f$se, lower = f$ci.lb, upper = f$ci.ub, p = f$pval, tau2 = f$tau2, q = f$Q, q_p = f$Qp)
}

# A restricted likelihood with two maxima: the one that metafor finds, and the one next to 0.
peaks <- data.frame(effect = c(0, -1.16, 0, 0.04, 1.34, -0.68), se = c(0.02, 0.34, 0.08, 0.01, 1.58, 0.65))
of_start <- function(start) {
  f <- rma(effect, sei = se, data = peaks, control = c(control("REML"), start))
  list(tau2 = f$tau2, log_likelihood = as.numeric(logLik(f)))
}

write_json(
  list(
    versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")),
                    metadat = as.character(packageVersion("metadat"))),
    sets = lapply(sets, of_set),
    peaks = c(peaks, list(default = of_start(NULL), zero = of_start(list(tau2.init = 0)))),
    level80 = of_fit(sets$bcg, "REML", "knha", 80),
    leave_one_out = list(
      reml = of_leave_one_out(sets$bcg, "REML", "knha"), dl = of_leave_one_out(sets$bcg, "DL", "z"),
      two = of_leave_one_out(sets$two, "DL", "z")
    )
  ),
  "meta.json", digits = I(17), auto_unbox = TRUE, dataframe = "columns", na = "string", pretty = TRUE
)
