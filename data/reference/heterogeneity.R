# Writes heterogeneity.json: what R says of the 13 trials of BCG vaccine (Colditz and others, 1994).
suppressPackageStartupMessages({library(metafor); library(jsonlite)})

trials <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
pool <- function(rows, method) {
  fit <- rma(yi, vi, data = trials[rows, ], method = method,
             control = list(threshold = 1e-12, maxiter = 10000, tol = 1e-14))
  list(q = fit$QE, p = fit$QEp, i2 = fit$I2, tau2 = fit$tau2, se = fit$se,
       ratio = exp(as.numeric(fit$b)), lower = exp(fit$ci.lb), upper = exp(fit$ci.ub))
}

# All trials and subgroups by the method of allocation, by fixed effects; every two trials.
groups <- c(list(all = 1:13), split(1:13, trials$alloc))
pairs <- combn(13, 2, simplify = FALSE)
write_json(
  list(
    versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))),
    effect = as.numeric(trials$yi),
    variance = as.numeric(trials$vi),
    fixed = lapply(groups, function(rows) c(list(trials = rows), pool(rows, "FE"))),
    pairs = sapply(c("DL", "REML", "PM"), function(method)
      do.call(rbind, lapply(pairs, function(rows)
        data.frame(first = rows[1], second = rows[2], pool(rows, method)))), simplify = FALSE)
  ),
  "heterogeneity.json", digits = I(15), auto_unbox = TRUE, dataframe = "columns", pretty = TRUE
)
