# Writes delong.csv (two markers of the same patients) and delong.json, what pROC says of them.
suppressPackageStartupMessages({library(pROC); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260102)

markers <- function(dataset, y, first, second) data.frame(dataset, y, first, second)
correlated <- function(y, gain, loading) {
  common <- rnorm(length(y))
  sapply(gain, function(g) g * y + loading * common + rnorm(length(y)))
}
low <- rep(0:1, c(79, 31)); even <- rep(0:1, 40); many <- rep(c(0, 1, 0), 200)
cohort <- round(correlated(low, c(0.9, 0.5), 1.5), 1)
fine <- correlated(even, c(1, 0.8), 0.4)
coarse <- pmin(pmax(round(2.5 + correlated(even, c(0.9, 0.3), 0.7)), 1), 4)
large <- correlated(many, c(3, 1), 0.5)
few <- round(correlated(rep(c(0, 1, 1, 0, 1, 0), 4), c(1.2, 0.6), 1))
sorted <- c(0, 0, 0, 0, 1, 1, 1)
write.csv(
  rbind(
    markers("cohort", low, cohort[, 1], cohort[, 2]),
    markers("fine", even, fine[, 1], fine[, 2]),
    markers("coarse", even, coarse[, 1], coarse[, 2]),
    markers("large", many, large[, 1], large[, 2]),
    markers("few", rep(c(0, 1, 1, 0, 1, 0), 4), few[, 1], few[, 2]),
    markers("two-by-two", c(0, 0, 1, 1), c(1, 3, 2, 4), c(2, 1, 2, 1)),
    markers("alike", even, fine[, 1], exp(fine[, 1])),
    markers("opposite", even, fine[, 1], -fine[, 1]),
    markers("perfect", sorted, 1:7, c(1, 5, 2, 6, 3, 4, 7)),
    markers("both-perfect", sorted, 1:7, c(1, 1, 2, 2, 5, 5, 5)),
    markers("perfect-constant", sorted, 1:7, 2),
    markers("constant", sorted, 2, c(1, 5, 2, 6, 3, 4, 7))
  ),
  "delong.csv", row.names = FALSE, quote = FALSE
)

input <- split(inputs <- read.csv("delong.csv"), inputs$dataset)
curve <- function(y, marker) roc(y, marker, levels = c(0, 1), direction = "<", quiet = TRUE)

of_pair <- function(d) suppressWarnings({
  first <- curve(d$y, d$first)
  second <- curve(d$y, d$second)
  test <- roc.test(first, second, paired = TRUE, method = "delong")
  v <- c(var(first, method = "delong"), var(second, method = "delong"))
  covariance <- cov(first, second, method = "delong")
  list(
    first = as.numeric(auc(first)), second = as.numeric(auc(second)),
    lower = test$conf.int[1], upper = test$conf.int[2],
    se = sqrt(max(0, v[1] + v[2] - 2 * covariance)), z = as.numeric(test$statistic),
    p = test$p.value, correlation = covariance / sqrt(v[1] * v[2])
  )
})

write_json(
  list(
    versions = list(R = as.character(getRversion()), pROC = as.character(packageVersion("pROC"))),
    paired = lapply(input, of_pair)
  ),
  "delong.json", digits = I(17), auto_unbox = TRUE, na = "string", pretty = TRUE
)
