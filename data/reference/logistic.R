# Writes logistic.csv, logistic-endometrial.csv, logistic-resamples.csv, and logistic.json: what R
# says of logistic models of them.
suppressPackageStartupMessages({library(MASS); library(brglm2); library(rms); library(jsonlite)})

# Made-up patients, and the 79 of Heinze & Schemper (Stat Med 2002;21:2409), published with Agresti,
# Foundations of Linear and Generalized Linear Models (2015).
set.seed(20)
n <- 110
cohort <- data.frame(
  age = round(rnorm(n, 64, 9)), albumin = round(rnorm(n, 38, 5), 1),
  afp = signif(exp(rnorm(n, 4, 2)), 3), size = round(exp(rnorm(n, 1.5, 0.5)), 1),
  male = rbinom(n, 1, 0.75), noise = round(rnorm(n), 2)
)
cohort <- cbind(y = rbinom(n, 1, plogis(with(cohort,
  0.4 + 0.05 * (age - 64) - 0.12 * (albumin - 38) + 0.5 * log(size / 4)))), cohort)
data(endometrial)
write.csv(cohort, "logistic.csv", row.names = FALSE)
write.csv(endometrial, "logistic-endometrial.csv", row.names = FALSE)

exact <- glm.control(epsilon = 1e-15, maxit = 200)
# Fitted twice: glm's covariance is that of the iteration before the last.
fit_of <- function(formula, data) {
  start <- coef(glm(formula, binomial, data, control = exact))
  eval(bquote(glm(formula, binomial, data, start = .(start), control = exact)))
}

# Where the deviance of the profile reaches the chi-squared quantile, by bisection.
limit <- function(fit, j, side, level) {
  x <- model.matrix(fit); b <- coef(fit)[j]; se <- sqrt(vcov(fit)[j, j])
  excess <- function(distance) glm.fit(x[, -j, drop = FALSE], fit$y, family = binomial(),
    offset = x[, j] * (b + side * distance * se), control = exact
  )$deviance - deviance(fit) - qchisq(level, 1)
  b + side * se * uniroot(excess, c(0.5, 6), tol = 1e-13, maxiter = 1000)$root
}
profile_limits <- function(fit, level = 0.95)
  sapply(seq_along(coef(fit)), function(j) sapply(c(-1, 1), limit, fit = fit, j = j, level = level))
of_model <- function(formula, data) {
  fit <- fit_of(formula, data)
  x <- model.matrix(fit)
  list(
    coefficient = unname(coef(fit)), se = sqrt(unname(diag(vcov(fit)))),
    p_wald = unname(coef(summary(fit))[, 4]),
    wald90 = unname(confint.default(fit, level = 0.9)),
    profile95 = t(profile_limits(fit)), profile80 = t(profile_limits(fit, 0.8)),
    confint = unname(suppressMessages(confint(fit))),
    p_lr = sapply(seq_along(coef(fit)), function(j) pchisq(
      glm.fit(x[, -j, drop = FALSE], fit$y, family = binomial(), control = exact)$deviance -
        deviance(fit), 1, lower.tail = FALSE)),
    risk = unname(head(fitted(fit), 5))
  )
}
firth <- function(formula, data) {
  fit <- glm(formula, binomial, data, method = "brglmFit", type = "AS_mean",
    control = list(epsilon = 1e-13, maxit = 10000))
  list(coefficient = unname(coef(fit)), se = unname(coef(summary(fit))[, 2]))
}

# Backward elimination, step by step.
weakest <- function(fit, rule) {
  if (rule == "wald") {b <- coef(summary(fit))[-1, 3, drop = FALSE]; z <- setNames(b[, 1]^2, rownames(b))}
  else z <- setNames(drop1(fit)$Deviance[-1] - deviance(fit), rownames(drop1(fit))[-1])
  list(variable = names(which.min(z)), statistic = min(z))
}
eliminate <- function(data, rule, critical) {
  fit <- fit_of(y ~ ., data); steps <- list()
  while (ncol(model.matrix(fit)) > 1) {
    w <- weakest(fit, rule)
    goes <- w$statistic < critical
    steps[[length(steps) + 1]] <- list(variable = w$variable, statistic = w$statistic,
      p = pchisq(w$statistic, 1, lower.tail = FALSE), aic = AIC(fit), dropped = goes)
    if (!goes) break
    fit <- fit_of(update(formula(fit), paste(". ~ . -", w$variable)), model.frame(fit))
  }
  list(fit = fit, steps = steps)
}
rules <- list(aic = 2, lr = qchisq(0.95, 1), wald = qchisq(0.9, 1))
full <- glm(y ~ ., binomial, cohort, control = exact)
aic <- stepAIC(full, direction = "backward", trace = 0)

# Harrell's bootstrap with the resamples that rms::validate draws, as plainly as possible.
resamples <- 60
lrm_fit <- lrm(y ~ age + albumin + afp + size + male + noise, cohort, x = TRUE, y = TRUE, eps = 1e-12)
set.seed(7)
rms_validate <- rms::validate(lrm_fit, B = resamples)
set.seed(7)
drawn <- t(replicate(resamples, sample(n, replace = TRUE)))
write.table(drawn - 1, "logistic-resamples.csv", row.names = FALSE, col.names = FALSE, sep = ",")
auc <- function(score, y) {
  r <- rank(score); n1 <- sum(y); n0 <- sum(1 - y)
  (sum(r[y == 1]) - n1 * (n1 + 1) / 2) / n1 / n0
}
performance <- function(fit, data, own) {
  linear <- predict(fit, data)
  recalibrated <- if (own) c(0, 1) else coef(fit_of(data$y ~ linear, data))
  a <- auc(linear, data$y)
  unname(c(a, 2 * a - 1, mean((data$y - plogis(linear))^2), recalibrated[2:1]))
}
each <- apply(drawn, 1, function(rows) {
  d <- cohort[rows, ]; rownames(d) <- NULL
  fit <- fit_of(y ~ ., d)
  rbind(performance(fit, d, TRUE), performance(fit, cohort, FALSE))
}, simplify = FALSE)
optimism <- list(
  apparent = performance(fit_of(y ~ ., cohort), cohort, TRUE),
  training = rowMeans(sapply(each, function(e) e[1, ])),
  test = rowMeans(sapply(each, function(e) e[2, ])),
  resamples = rowSums(!is.na(sapply(each, function(e) e[2, ])))
)

write_json(
  list(
    versions = c(list(R = as.character(getRversion())),
      sapply(c("MASS", "brglm2", "rms"), function(p) as.character(packageVersion(p)), simplify = FALSE)),
    models = list(
      cohort = of_model(y ~ ., cohort), two = of_model(y ~ age + albumin, cohort),
      endometrial = of_model(HG ~ PI + EH, endometrial)
    ),
    firth = list(
      endometrial = firth(HG ~ NV + PI + EH, endometrial), small = firth(y ~ ., cohort[1:30, ]),
      cohort = firth(y ~ ., cohort)
    ),
    backward = lapply(setNames(nm = names(rules)), function(rule) {
      e <- eliminate(cohort, rule, rules[[rule]])
      list(steps = e$steps, names = names(coef(e$fit)), coefficient = unname(coef(e$fit)))
    }),
    step_aic = list(aic = aic$anova$AIC),
    optimism = list(none = optimism),
    validate = list(names = rownames(rms_validate), columns = colnames(rms_validate),
      values = unname(unclass(rms_validate)[, ]))
  ),
  "logistic.json", digits = I(17), auto_unbox = TRUE, na = "string", pretty = TRUE
)
