# Which sets of covariates print the hazard ratios of the CXCL17 paper? Every set of 15 factors
# beside high peritumoral CXCL17; intratumoral CXCL17 is cut in three ways, ties have two rules.
# Recurrence is modelled with all follow-up, and with follow-up that ends after two years. An end
# after five years needs no search: no recurrence is later, so the models are those of all follow-up.
# Written: each model that prints all three numbers, and for each way the model that is nearest.
suppressMessages(library(survival))
data <- read.csv("../patients/cxcl17.csv")
high <- as.double(data$CXCL17P > median(data$CXCL17P))
factors <- c("Age", "Gender", "HBsAg", "Cirrhosis", "ALT", "AST", "AFP", "Tumorsize",
             "Tumordifferentiation", "Vascularinvasion", "Tumormultiplicity", "Capsulation",
             "TNM", "BCLC", "CXCL17T")
tumour <- data$CXCL17T
cuts <- list("above" = tumour > median(tumour), "at or above" = tumour >= median(tumour),
             "log(1 + x)" = log1p(tumour))
stopifnot(data$RFS[data$Recurrence == 1] < 60)
recurrence <- c("1.844", "1.218", "2.793")
printed <- list(OS = c("2.066", "1.296", "3.292"), RFS = recurrence, "RFS to month 24" = recurrence)
early <- data$Recurrence * (data$RFS <= 24)
outcomes <- list(OS = Surv(data$OS, data$Death), RFS = Surv(data$RFS, data$Recurrence),
                 "RFS to month 24" = Surv(pmin(data$RFS, 24), early))
lines <- list()
for (outcome in names(outcomes)) for (cut in names(cuts)) for (ties in c("breslow", "efron")) {
  data$CXCL17T <- cuts[[cut]]
  x <- as.matrix(data[factors])
  storage.mode(x) <- "double"
  aim <- as.numeric(printed[[outcome]])
  best <- Inf
  for (set in 0:(2^length(factors) - 1)) {
    chosen <- bitwAnd(set, 2^(seq_along(factors) - 1)) > 0
    fit <- coxph.fit(cbind(high, x[, chosen, drop = FALSE]), outcomes[[outcome]], NULL, NULL, NULL,
                     coxph.control(), NULL, ties, NULL, resid = FALSE)
    ends <- exp(fit$coefficients[1] + c(0, -1, 1) * qnorm(0.975) * sqrt(fit$var[1, 1]))
    line <- c(outcome, ties, cut, paste(factors[chosen], collapse = " "), sprintf("%.6f", ends))
    if (max(abs(ends - aim)) < best) {
      best <- max(abs(ends - aim))
      nearest <- line
    }
    if (all(sprintf("%.3f", ends) == printed[[outcome]]))
      lines[[length(lines) + 1]] <- c("prints", line)
  }
  lines[[length(lines) + 1]] <- c("nearest", nearest)
}
table <- do.call(rbind, lines)
colnames(table) <- c("found", "outcome", "ties", "intratumoral", "covariates", "hr", "lower",
                     "upper")
write.csv(table, "cxcl17.csv", row.names = FALSE, quote = FALSE)
