# Writes comparisons.json: what R says of tables of counts, of groups with given means and SDs, and
# of statistics with their degrees of freedom.
suppressPackageStartupMessages(library(jsonlite))

of_table <- function(x) {
  small <- all(dim(x) == 2)
  test <- function(...) suppressWarnings(chisq.test(x, ...))$p.value
  expected <- outer(rowSums(x), colSums(x)) / sum(x)
  g <- 2 * sum(ifelse(x == 0, 0, x * log(x / expected)))
  c(
    list(table = x, chisq = test(correct = FALSE)),
    if (small) list(yates = test(correct = TRUE)),
    list(
      fisher = fisher.test(x, workspace = 2e7)$p.value,
      likelihood = pchisq(g, (nrow(x) - 1) * (ncol(x) - 1), lower.tail = FALSE),
      others = other_tests(x)
    )
  )
}
# Less usual tests of a table, by the name of their reading in hccbook.
other_tests <- function(x) {
  n <- sum(x)
  level <- list(row = rep(row(x), x), column = rep(col(x), x))
  wilcox <- function(...) suppressWarnings(wilcox.test(..., exact = FALSE))$p.value
  by_rank <- function(y, g) {
    two <- if (max(g) == 2) c(wilcox(y ~ g), wilcox(y ~ g, correct = FALSE))
    if (max(y) > 2) c(two, kruskal.test(y, g)$p.value)
  }
  linear <- pchisq((n - 1) * cor(level$row, level$column)^2, 1, lower.tail = FALSE)
  if (all(dim(x) == 2)) {
    tails <- sapply(c("less", "greater"), function(side) fisher.test(x, alternative = side)$p.value)
    own <- dhyper(x[1, 1], sum(x[1, ]), sum(x[2, ]), sum(x[, 1]))
    all <- dhyper(0:n, sum(x[1, ]), sum(x[2, ]), sum(x[, 1]))
    same <- abs(all / own - 1) < 1e-7
    list("one-sided P" = unname(tails), "mid-P" = c(
      min(1, 2 * (min(tails) - own / 2)), sum(all[all < own & !same]) + sum(all[same]) / 2
    ), "N-1 chi-square" = linear)
  } else c(
    if (nrow(x) == 2) list("trend test" = prop.trend.test(x[1, ], colSums(x))$p.value),
    list("linear-by-linear test" = linear, "rank test" = c(
      by_rank(level$column, level$row), by_rank(level$row, level$column)
    ))
  )
}
# Correlations with P of cor.test, and P of other statistics.
sample_of <- function(n) list(x = sin(seq_len(n)^2), y = sin(seq_len(n)^2) + 2 * cos(3 * seq_len(n)))
correlations <- lapply(c(8, 40, 99), function(n) {
  s <- sample_of(n)
  test <- cor.test(s$x, s$y)
  list(test = "r", value = unname(test$estimate), df = list(unname(test$parameter)), p = test$p.value)
})
others <- list(
  list(test = "z", value = -2.1, df = list(), p = 2 * pnorm(-2.1)),
  list(test = "t", value = -2.2, df = list(28), p = 2 * pt(-2.2, 28)),
  list(test = "t", value = 0.4, df = list(3.7), p = 2 * pt(-0.4, 3.7)),
  list(test = "F", value = 4.2, df = list(2, 97.3), p = pf(4.2, 2, 97.3, lower.tail = FALSE)),
  list(test = "F", value = 3.9, df = list(1, 12), p = pf(3.9, 1, 12, lower.tail = FALSE)),
  list(test = "chi-square", value = 22.2, df = list(28), p = pchisq(22.2, 28, lower.tail = FALSE)),
  list(test = "chi-square", value = 3.3, df = list(1), p = pchisq(3.3, 1, lower.tail = FALSE))
)
tables <- lapply(list(
  c(3, 1, 1, 3), c(10, 2, 3, 15), c(5, 5, 5, 6), c(0, 7, 4, 5), c(110, 42, 53, 15), c(2, 8, 8, 2),
  c(67, 25, 43, 17), c(98, 35, 12, 7), c(1, 1, 1, 1), c(500, 460, 480, 530)
), matrix, nrow = 2, byrow = TRUE)
larger <- c(
  lapply(list(c(110, 53, 76, 42, 15, 31), c(121, 56, 86, 31, 12, 21), c(139, 63, 99, 13, 5, 8),
              c(3, 0, 4, 1, 6, 2), c(4, 4, 4, 4, 4, 4)), matrix, nrow = 2, byrow = TRUE),
  list(matrix(c(2, 7, 1, 5, 3, 0, 4, 4), nrow = 4, byrow = TRUE),
       matrix(c(3, 1, 2, 0, 4, 1, 5, 2, 2), nrow = 3, byrow = TRUE),
       matrix(c(12, 20, 9, 14, 6, 11, 8, 17), nrow = 2, byrow = TRUE))
)

# A skewed sample that has exactly the mean and the SD.
sample_with <- function(mean, sd, n) mean + sd * as.numeric(scale(seq_len(n)^1.5))
of_groups <- function(means, sds, sizes) {
  m <- as.numeric(means)
  s <- as.numeric(sds)
  values <- Map(sample_with, m, s, sizes)
  d <- data.frame(y = unlist(values), group = factor(rep(seq_along(sizes), sizes)))
  pooled <- if (length(m) == 2) t.test(y ~ group, d, var.equal = TRUE) else oneway.test(y ~ group, d, var.equal = TRUE)
  welch <- if (length(m) == 2) t.test(y ~ group, d) else oneway.test(y ~ group, d)
  list(means = means, sds = sds, sizes = sizes, pooled = pooled$p.value, welch = welch$p.value)
}

write_json(
  list(
    versions = list(R = as.character(getRversion())),
    tables = lapply(c(tables, larger), of_table),
    statistics = c(others, correlations),
    groups = list(
      of_groups(c("50.5", "51.2"), c("9.7", "7.9"), c(110, 42)),
      of_groups(c("256.9", "200.4"), c("62.1", "80.6"), c(110, 42)),
      of_groups(c("1.0", "1.1"), c("0.1", "0.5"), c(110, 42)),
      of_groups(c("-3", "4"), c("2", "5"), c(2, 3)),
      of_groups(c("12.0", "12.5"), c("0.9", "1.0"), c(5, 40)),
      of_groups(c("241.3", "220.1", "244.6"), c("72.0", "59.1", "68.8"), c(152, 68, 107)),
      of_groups(c("38.9", "43.4", "38.9"), c("5.4", "29.4", "5.3"), c(152, 68, 107)),
      of_groups(c("1", "2", "3"), c("0.5", "1.0", "2.0"), c(2, 3, 4)),
      of_groups(c("5.1", "5.0", "5.3", "5.2"), c("0.2", "0.9", "0.4", "0.3"), c(8, 12, 5, 30)),
      of_groups(c("10", "14", "9", "12", "11"), c("3", "4", "2", "6", "3"), c(6, 5, 9, 4, 7))
    )
  ),
  "comparisons.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE
)
