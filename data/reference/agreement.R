# Writes agreement.json: Cohen's kappa with its standard error, and weighted kappas (psych).
# psych's standard errors of weighted kappas are left out: they are not those of Fleiss, Cohen and
# Everitt (1969), and 0 where the table is large on its diagonal.
suppressPackageStartupMessages({
  library(jsonlite)
  library(psych)
})

tables <- lapply(list(
  couples = c(7, 7, 2, 3, 2, 8, 3, 7, 1, 5, 4, 9, 2, 8, 9, 14),
  responses = c(5, 2, 0, 0, 1, 40, 7, 1, 0, 9, 61, 4, 0, 0, 6, 24),
  two = c(20, 5, 10, 15),
  gap = c(10, 0, 3, 0, 0, 0, 2, 1, 8),
  disagree = c(0, 6, 5, 1)
), function(x) matrix(x, sqrt(length(x)), byrow = TRUE))

kappas <- function(x) {
  steps <- abs(outer(seq_len(nrow(x)), seq_len(nrow(x)), "-")) / (nrow(x) - 1)
  kappa <- function(...) suppressWarnings(cohen.kappa(x, ...))
  plain <- kappa()
  list(
    table = x, plain = plain$kappa, error = sqrt(plain$var.kappa),
    linear = kappa(w = 1 - steps)$weighted.kappa,
    quadratic = kappa(w = 1 - steps^2)$weighted.kappa
  )
}

write_json(
  list(
    versions = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych"))),
    tables = lapply(tables, kappas)
  ),
  "agreement.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE
)
