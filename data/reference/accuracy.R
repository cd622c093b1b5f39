# Writes accuracy.json: what R says of accuracy.csv.
suppressPackageStartupMessages({library(pROC); library(jsonlite)})

columns <- c("threshold", "tp", "fp", "fn", "tn", "sensitivity", "specificity")
of_roc <- function(d) {
  curve <- roc(d$y, d$marker, levels = c(0, 1), direction = "<", quiet = TRUE)
  limits <- function(level) unclass(suppressWarnings(ci.auc(curve, level, method = "delong")))[c(1, 3)]
  list(
    auc = as.numeric(auc(curve)),
    ci95 = limits(0.95),
    ci90 = limits(0.90),
    best = coords(curve, "best", best.method = "youden", ret = columns)
  )
}

# The bootstrap of Harrell with given samples, one after the other, as plainly as possible.
optimism <- function(d, samples) {
  values <- sort(unique(d$marker))
  cutoffs <- c(-Inf, (head(values, -1) + tail(values, -1)) / 2, Inf)
  j <- function(d) sapply(cutoffs, function(cut)
    mean(d$marker[d$y == 1] >= cut) + mean(d$marker[d$y == 0] < cut) - 1)
  whole <- j(d)
  each <- apply(samples + 1, 1, function(rows) {
    drawn <- d[rows, ]
    if (length(unique(drawn$y)) < 2) return(NA)
    own <- j(drawn)
    chosen <- which(own > max(own) - 1e-9)[1]
    own[chosen] - whole[chosen]
  })
  list(apparent = max(whole), optimism = mean(each, na.rm = TRUE), left_out = sum(is.na(each)))
}

proportion <- function(count, n, level) list(
  count = count, n = n, level = level,
  exact = as.numeric(binom.test(count, n, conf.level = level)$conf.int),
  wilson = as.numeric(suppressWarnings(prop.test(count, n, conf.level = level, correct = FALSE))$conf.int)
)

input <- split(inputs <- read.csv("accuracy.csv"), inputs$dataset)
write_json(
  list(
    versions = list(R = as.character(getRversion()), pROC = as.character(packageVersion("pROC"))),
    roc = lapply(input, of_roc),
    optimism = optimism(input$ties, as.matrix(read.csv("accuracy-resamples.csv", header = FALSE))),
    proportion = mapply(proportion, c(0, 10, 3, 54, 1, 700), c(10, 10, 17, 108, 1, 1000),
                        c(0.95, 0.95, 0.9, 0.95, 0.95, 0.99), SIMPLIFY = FALSE)
  ),
  "accuracy.json", digits = I(17), auto_unbox = TRUE, dataframe = "columns", na = "string", pretty = TRUE
)
