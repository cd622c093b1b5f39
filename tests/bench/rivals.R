# What a user of R would call. Started as: Rscript rivals.R CASE FOLDER
# The folder holds the data, a file of doubles for each column. The first line of the answer
# names the versions. Then each line of the input is a number of repeats; the answer is the
# seconds that they took, and the numbers to compare.

arguments <- commandArgs(TRUE)
d <- list()
for (name in list.files(arguments[2])) {
  path <- file.path(arguments[2], name)
  d[[name]] <- readBin(path, "double", file.size(path) / 8)
}

curve_of <- function(marker) {
  pROC::roc(d$y, marker, levels = c(0, 1), direction = "<", quiet = TRUE)
}
patients <- function(...) data.frame(..., matrix(d$x, ncol = 5))
model <- quote(Surv(time, event) ~ X1 + X2 + X3 + X4 + X5)
logistic <- y ~ X1 + X2 + X3 + X4 + X5
pooled <- function(i) {
  of_one <- function(column) matrix(column, ncol = 12)[i, ]
  tryCatch(
    metafor::rma(of_one(d$effect), sei = of_one(d$se), method = "REML", test = "knha"),
    error = function(failed) list(beta = NA, se = NA, tau2 = NA)
  )
}
found <- function(one) c(one$beta, one$se, one$tau2)

# Of each case the packages it needs, and a function that prepares it: it returns what is to be
# timed and, where there is something to compare, how to read the numbers off its result.
cases <- list(
  auc = list("pROC", function() list(function() pROC::ci.auc(curve_of(d$marker)), as.numeric)),
  auc_alone = list("pROC", function() list(function() curve_of(d$marker)$auc, as.numeric)),
  delong = list("pROC", function() {
    list(
      function() pROC::roc.test(curve_of(d$first), curve_of(d$second), method = "delong"),
      function(test) c(test$estimate[1] - test$estimate[2], test$statistic)
    )
  }),
  youden = list("cutpointr", function() {
    frame <- data.frame(x = d$marker, y = d$y)
    list(function() {
      cutpointr::cutpointr(
        frame, x, y,
        pos_class = 1, direction = ">=", metric = cutpointr::youden, boot_runs = 100, silent = TRUE
      )
    })
  }),
  lasso = list("glmnet", function() {
    x <- matrix(d$x, nrow = length(d$y))
    list(
      function() glmnet::cv.glmnet(x, d$y, family = "binomial", foldid = d$fold),
      function(fit) as.matrix(coef(fit, s = "lambda.1se"))[-1, 1]
    )
  }),
  confint = list("MASS", function() {
    frame <- patients(y = d$y)
    list(
      function() suppressMessages(confint(glm(logistic, binomial, frame))),
      function(limits) limits[-1, ]
    )
  }),
  lrm = list("rms", function() {
    frame <- patients(y = d$y)
    list(
      function() validate(lrm(logistic, frame, x = TRUE, y = TRUE), B = 500),
      function(table) table["Dxy", "index.corrected"]
    )
  }),
  lowess = list("stats", function() {
    list(
      function() lowess(d$risk, d$y, iter = 0),
      function(curve) curve$y[!duplicated(curve$x)]
    )
  }),
  survfit = list("survival", function() {
    list(
      function() summary(survfit(Surv(d$time, d$event) ~ 1, conf.type = "log-log"))$table,
      function(table) table["median"]
    )
  }),
  survdiff = list("survival", function() {
    list(function() survdiff(Surv(d$time, d$event) ~ d$group), function(test) test$chisq)
  }),
  coxph = list("survival", function() {
    frame <- patients(time = d$time, event = d$event)
    list(function() coxph(eval(model), frame), function(fit) unname(coef(fit)))
  }),
  cox.zph = list("survival", function() {
    frame <- patients(time = d$time, event = d$event)
    list(
      function() cox.zph(coxph(eval(model), frame)),
      function(test) test$table["GLOBAL", 1]
    )
  }),
  concordance = list("survival", function() {
    list(
      function() concordance(Surv(d$time, d$event) ~ d$score, reverse = TRUE),
      function(found) c(found$concordance, sqrt(found$var))
    )
  }),
  rma = list("metafor", function() list(function() pooled(1), found)),
  rma_loop = list("metafor", function() {
    list(
      function() lapply(seq_len(length(d$effect) / 12), pooled),
      function(all) vapply(all, found, numeric(3))
    )
  })
)

case <- cases[[arguments[1]]]
packages <- c(case[[1]], "jsonlite")
if (!all(vapply(packages, requireNamespace, logical(1), quietly = TRUE))) {
  cat('{"missing": true}\n')
  quit()
}
say <- function(...) {
  cat(jsonlite::toJSON(list(...), digits = NA, na = "null", auto_unbox = TRUE), "\n")
  flush(stdout())
}
suppressPackageStartupMessages(library(case[[1]], character.only = TRUE))
set.seed(1)
version <- list(as.character(getRversion()), as.character(packageVersion(case[[1]])))
do.call(say, setNames(version, c("R", case[[1]])))
prepared <- case[[2]]()
input <- file("stdin", "r")
while (length(repeats <- readLines(input, 1)) > 0) {
  start <- Sys.time()
  for (i in seq_len(as.integer(repeats))) result <- prepared[[1]]()
  seconds <- as.numeric(Sys.time() - start, units = "secs")
  numbers <- if (length(prepared) > 1) as.numeric(prepared[[2]](result)) else numeric(0)
  say(seconds = seconds, result = I(numbers))
}
