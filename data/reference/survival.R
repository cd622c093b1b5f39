# Writes survival.json: what R says of survival.csv.
suppressPackageStartupMessages({library(survival); library(jsonlite)})

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)

of_curve <- function(d, level = 0.95) {
  fit <- survfit(Surv(time, event) ~ 1, d, conf.type = "log-log", conf.int = level)
  printed <- summary(fit)$table
  list(
    median = printed[["median"]],
    lower = printed[[grep("LCL", names(printed))]],
    upper = printed[[grep("UCL", names(printed))]],
    quantile = quantile(fit, 0.5)$quantile[[1]],
    curve = data.frame(time = fit$time, survival = fit$surv, lower = fit$lower, upper = fit$upper)
  )
}

of_cox <- function(d) {
  fit <- coxph(Surv(time, event) ~ group, d, ties = "efron", control = tight)
  row <- summary(fit)
  list(
    coef = coef(fit)[[1]], se = sqrt(vcov(fit)[1, 1]), p = row$coefficients[1, "Pr(>|z|)"],
    lower = row$conf.int[1, "lower .95"], upper = row$conf.int[1, "upper .95"], loglik = fit$loglik
  )
}

of_groups <- function(d) {
  test <- survdiff(Surv(time, event) ~ group, d)
  c(cox = list(of_cox(d)), logrank = list(list(statistic = test$chisq, p = test$pvalue)))
}

input <- split(inputs <- read.csv("survival.csv"), inputs$dataset)
write_json(
  list(
    versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
    curve = lapply(input, of_curve),
    curve80 = lapply(input, function(d) of_curve(d, 0.8)[c("median", "lower", "upper")]),
    groups = lapply(input[c("cohort", "flat-then-event", "from-zero", "heavy-ties", "ties")], of_groups),
    # Times that are equal on paper and differ in their last bit.
    timefix = survdiff(Surv(c(0.1 + 0.2, 0.3, 0.7, 0.1 * 7, 1), rep(1, 5)) ~ c(1, 0, 1, 0, 1))$chisq
  ),
  "survival.json", digits = I(17), auto_unbox = TRUE, dataframe = "columns", na = "string", pretty = TRUE
)
