# Writes reconstruction.json: what R's metafor says of one imagined set of studies for each printed
# pooled result (reconstruction.csv: drawn by hccbook.reconstruction, not published anywhere).
suppressPackageStartupMessages({library(metafor); library(jsonlite)})

sets <- read.csv("reconstruction.csv")
of_result <- function(d) {
  method <- c(fixed = "FE", dl = "DL")[[d$method[1]]]
  f <- rma(effect, sei = se, data = d, method = method)
  list(value = f$beta[[1]], se = f$se, lower = f$ci.lb, upper = f$ci.ub, p = f$pval,
       tau2 = f$tau2, q = f$QE, q_p = f$QEp)
}
results <- lapply(split(sets, factor(sets$result, unique(sets$result))), of_result)
versions <- list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")))
write(toJSON(list(versions = versions, results = results), auto_unbox = TRUE, digits = I(16), pretty = TRUE),
      "reconstruction.json")
