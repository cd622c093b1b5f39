# Writes python-and-r.json: what R's defaults say where Python's differ.
suppressPackageStartupMessages({
  library(glmnet); library(jsonlite); library(pROC); library(psych); library(survival)
})

inputs <- function(file, name) subset(read.csv(file), dataset == name)

# Half of one unit in the last place, as well as a computer can hold it.
halves <- list(c(0.5, 0), c(1.5, 0), c(2.5, 0), c(0.15, 1), c(0.25, 1), c(0.35, 1), c(1.005, 2),
               c(2.675, 2))
rounding <- lapply(halves, function(x) list(
  value = x[1], digits = x[2], round = round(x[1], x[2]),
  sprintf = sprintf(paste0("%.", x[2], "f"), x[1])
))

cohort <- inputs("survival.csv", "cohort")
limits <- function(...) {
  printed <- summary(survfit(Surv(time, event) ~ 1, cohort, ...))$table
  unname(printed[c("median", "0.95LCL", "0.95UCL")])
}

marker <- inputs("accuracy.csv", "reversed")
turned <- roc(marker$y, marker$marker, quiet = TRUE)

couples <- matrix(c(7, 7, 2, 3, 2, 8, 3, 7, 1, 5, 4, 9, 2, 8, 9, 14), 4, byrow = TRUE)
steps <- abs(outer(1:4, 1:4, "-")) / 3
weighted <- suppressWarnings(cohen.kappa(couples, w = 1 - steps^2))

features <- read.csv("lasso.csv")
x <- as.matrix(features[, -(1:2)])
lambda <- glmnet(x, features$y, family = "binomial")$lambda
path <- function(...) {
  colSums(coef(glmnet(x, features$y, family = "binomial", lambda = lambda, ...))[-1, ] != 0)
}

write_json(
  list(
    versions = c(list(R = as.character(getRversion())), sapply(
      c("glmnet", "pROC", "psych", "survival"),
      function(name) as.character(packageVersion(name)), simplify = FALSE
    )),
    rounding = rounding,
    spread = list(values = c(2, 4, 4, 6, 9), sd = sd(c(2, 4, 4, 6, 9))),
    median_limits = list(default = limits(), log_log = limits(conf.type = "log-log")),
    turned = list(auc = as.numeric(turned$auc), direction = turned$direction),
    weighted_kappa = list(
      table = couples, kappa = weighted$weighted.kappa, se = sqrt(weighted$var.weighted)
    ),
    lasso_nonzero = list(
      lambda = lambda, default = unname(path()), tight = unname(path(thresh = 1e-22, maxit = 1e8))
    )
  ),
  "python-and-r.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE
)
