# Writes coefficients.json: what R says of logistic models of accuracy.csv.
suppressPackageStartupMessages({library(MASS); library(jsonlite)})

input <- split(inputs <- read.csv("accuracy.csv"), inputs$dataset)
of_model <- function(dataset, formula) {
  fit <- glm(formula, binomial, input[[dataset]])
  columns <- coef(summary(fit))
  limits <- function(method, level) as.data.frame(suppressMessages(method(fit, level = level)))
  list(
    coefficient = columns[, 1], error = columns[, 2], z = columns[, 3], p = columns[, 4],
    wald95 = unname(limits(confint.default, 0.95)), wald90 = unname(limits(confint.default, 0.90)),
    profile95 = unname(limits(confint, 0.95))
  )
}

write_json(
  list(
    versions = list(R = as.character(getRversion()), MASS = as.character(packageVersion("MASS"))),
    cohort = of_model("cohort", y ~ marker),
    fine = of_model("fine", y ~ marker),
    quadratic = of_model("fine", y ~ marker + I(marker^2))
  ),
  "coefficients.json", digits = I(15), auto_unbox = TRUE, dataframe = "values", pretty = TRUE
)
