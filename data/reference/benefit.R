# Writes benefit.json: net benefits of calibration.csv by the formula, threshold by threshold.
suppressPackageStartupMessages(library(jsonlite))

at <- function(threshold, y, risk) {
  treated <- risk >= threshold
  n <- length(y)
  tp <- sum(treated & y == 1)
  fp <- sum(treated & y == 0)
  model <- tp / n - fp / n * threshold / (1 - threshold)
  all <- mean(y) - (1 - mean(y)) * threshold / (1 - threshold)
  data.frame(threshold, tp, fp, model, all)
}

inputs <- read.csv("calibration.csv")
thresholds <- c(0, 0.01, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 0.9, 0.99)
write_json(
  list(
    versions = list(R = as.character(getRversion())),
    curves = lapply(split(inputs, inputs$dataset),
                    function(d) do.call(rbind, lapply(thresholds, at, d$y, d$risk)))
  ),
  "benefit.json", digits = I(17), auto_unbox = TRUE, dataframe = "columns", na = "string", pretty = TRUE
)
