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

# The test as pROC does it, and the normal one of Hanley and McNeil; pROC gives no limits. The last
# two pairs are the same patients, taken as two groups.
of_groups <- function(one, other) suppressWarnings({
  first <- curve(input[[one]]$y, input[[one]]$first)
  second <- curve(input[[other]]$y, input[[other]]$second)
  test <- roc.test(first, second, paired = FALSE, method = "delong")
  difference <- as.numeric(auc(first) - auc(second))
  se <- sqrt(var(first, method = "delong") + var(second, method = "delong"))
  list(
    groups = c(one, other), first = as.numeric(auc(first)), second = as.numeric(auc(second)),
    se = se, statistic = as.numeric(test$statistic), df = as.numeric(test$parameter),
    p = test$p.value, welch = difference + c(-1, 1) * qt(0.95, test$parameter) * se,
    normal = difference + c(-1, 1) * qnorm(0.95) * se, normal_p = 2 * pnorm(-abs(difference) / se)
  )
})

# The bootstrap with given samples; those with one class only are left out.
of_samples <- function(d, samples, markers, level) {
  area <- function(d, marker) as.numeric(auc(curve(d$y, d[[marker]])))
  each <- apply(samples + 1, 1, function(rows) {
    drawn <- d[rows, ]
    if (length(unique(drawn$y)) < 2) rep(NA, length(markers)) else sapply(markers, area, d = drawn)
  })
  each <- matrix(each, nrow = length(markers))
  gap <- function(x) if (length(x) > 1) x[1] - x[2] else x
  gaps <- apply(each, 2, gap)
  value <- gap(sapply(markers, area, d = d))
  list(
    value = value, limits = unname(quantile(gaps, c((1 - level) / 2, (1 + level) / 2), na.rm = TRUE)),
    sd = sd(gaps, na.rm = TRUE), left_out = sum(is.na(gaps))
  )
}
whole <- as.matrix(read.csv("accuracy-resamples.csv", header = FALSE))
strata <- as.matrix(read.csv("delong-resamples.csv", header = FALSE))
ties <- subset(read.csv("accuracy.csv"), dataset == "ties")

write_json(
  list(
    versions = list(R = as.character(getRversion()), pROC = as.character(packageVersion("pROC"))),
    paired = lapply(input, of_pair),
    unpaired = mapply(of_groups, c("cohort", "coarse", "two-by-two", "perfect", "large", "alike"),
                      c("fine", "cohort", "few", "cohort", "large", "alike"),
                      SIMPLIFY = FALSE, USE.NAMES = FALSE),
    bootstrap = list(
      whole = of_samples(ties, whole, "marker", 0.95),
      first = of_samples(input$few, strata, "first", 0.95),
      difference = of_samples(input$few, strata, c("first", "second"), 0.9)
    )
  ),
  "delong.json", digits = I(17), auto_unbox = TRUE, na = "string", pretty = TRUE
)
