# Writes survival-models.json: what R says of survival-models.csv and of survival.csv.
suppressPackageStartupMessages({library(survival); library(prodlim); library(jsonlite)})

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
input <- split(inputs <- read.csv("survival-models.csv"), inputs$dataset)
curves <- split(inputs <- read.csv("survival.csv"), inputs$dataset)
covariates <- c("age", "male", "marker", "stage2", "stage3")

fit_of <- function(d, columns = covariates)
  coxph(reformulate(columns, "Surv(time, event)"), d, ties = "efron", control = tight, x = TRUE)

of_model <- function(d, columns = covariates) {
  fit <- fit_of(d, columns)
  row <- summary(fit)
  # For the means of all covariates; basehaz() by itself takes 0 for a covariate of 0 and 1.
  base <- survfit(fit, newdata = as.data.frame(t(colMeans(d[columns]))))
  events <- base$n.event > 0
  list(
    coef = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))),
    lower = unname(row$conf.int[, "lower .95"]), upper = unname(row$conf.int[, "upper .95"]),
    p = unname(row$coefficients[, "Pr(>|z|)"]),
    base_time = base$time[events], base_hazard = drop(base$cumhaz)[events]
  )
}

of_zph <- function(d, columns = covariates)
  list(single = list(km = unname(cox.zph(fit_of(d, columns), "km")$table)))

of_concordance <- function(time, event, score) {
  c <- concordance(Surv(time, event) ~ score, reverse = TRUE)
  list(c = unname(c$concordance), se = sqrt(c$var))
}

of_rmst <- function(d, horizons) lapply(horizons, function(horizon) {
  row <- function(d) unname(summary(survfit(Surv(time, event) ~ 1, d), rmean = horizon)$table[c("rmean", "se(rmean)")])
  list(horizon = horizon, all = row(d), group1 = row(d[d$group == 1, ]), group0 = row(d[d$group == 0, ]))
})

of_follow_up <- function(d) {
  printed <- summary(survfit(Surv(time, 1 - event) ~ 1, d, conf.type = "log-log"))$table
  both <- list(median = printed[["median"]], lower = printed[["0.95LCL"]], upper = printed[["0.95UCL"]])
  if (all(d$event == 1)) return(both)  # prodlim refuses to look for a censoring that is not there
  first <- prodlim(Hist(time, event) ~ 1, d, reverse = TRUE)
  drops <- first$n.lost > 0
  c(both, list(events_first = data.frame(time = first$time, survival = first$surv)[drops, ]))
}

# Harrell's bootstrap, written out; the patients drawn are counted from 0 in the file.
of_landmark <- function(d, at) {
  d <- d[d$time > at, ]
  d$time <- d$time - at
  d$group <- as.integer(d$response <= at)
  list(
    n = nrow(d), responders = sum(d$group), coef = coef(fit_of(d, "group"))[[1]],
    chisq = survdiff(Surv(time, event) ~ group, d)$chisq
  )
}

with_groups <- curves[c("cohort", "flat-then-event", "from-zero", "heavy-ties", "ties")]
write_json(
  list(
    versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                    prodlim = as.character(packageVersion("prodlim"))),
    models = c(lapply(input[c("months", "trial")], of_model), list(early = of_model(input$early, "group"))),
    zph = c(lapply(input[c("months", "trial")], of_zph), list(early = of_zph(input$early, "group"))),
    concordance = c(
      lapply(input, function(d) of_concordance(d$time, d$event, d$marker)),
      lapply(with_groups, function(d) of_concordance(d$time, d$event, d$group))
    ),
    rmst = c(
      list(trial = of_rmst(input$trial, c(30, 100, 365)), months = of_rmst(input$months, c(3, 6.5, 12))),
      list(`heavy-ties` = of_rmst(curves$`heavy-ties`, c(1, 3)), cohort = of_rmst(curves$cohort, c(200, 400)))
    ),
    follow_up = lapply(c(curves, input[c("months", "trial")]), of_follow_up),
    landmark = list(trial = of_landmark(input$trial, 60), months = of_landmark(input$months, 2))
  ),
  "survival-models.json", digits = I(17), auto_unbox = TRUE, dataframe = "columns", matrix = "rowmajor", na = "string", pretty = TRUE
)
