# Writes roc.json: DeLong's paired test of the marker of accuracy.csv and one made from it.
suppressPackageStartupMessages({library(pROC); library(jsonlite)})

input <- split(inputs <- read.csv("accuracy.csv"), inputs$dataset)
of_pair <- function(dataset, noise) {
  d <- input[[dataset]]
  curve <- function(marker) roc(d$y, marker, levels = c(0, 1), direction = "<", quiet = TRUE)
  first <- curve(d$marker)
  second <- curve(d$marker + noise * sin(seq_along(d$marker)))
  limits <- function(curve, level = 0.95) as.numeric(ci.auc(curve, level, method = "delong"))
  test <- roc.test(first, second, paired = TRUE, method = "delong")
  list(
    first = limits(first)[c(2, 1, 3)], second = limits(second)[c(2, 1, 3)],
    z = as.numeric(test$statistic), p = test$p.value,
    correlation = cov(first, second, method = "delong") / sqrt(var(first) * var(second))
  )
}

write_json(
  list(
    versions = list(R = as.character(getRversion()), pROC = as.character(packageVersion("pROC"))),
    fine = of_pair("fine", 1.2),
    alike = of_pair("fine", 0.3),
    cohort = of_pair("cohort", 0.2)
  ),
  "roc.json", digits = I(15), auto_unbox = TRUE, pretty = TRUE
)
