# Writes lasso.csv and lasso.json: what glmnet and cv.glmnet say of it.
suppressPackageStartupMessages({library(glmnet); library(jsonlite)})

# 78 patients with 100 correlated features, and the fold in which each is left out.
set.seed(20)
n <- 78
x <- round(matrix(rnorm(n * 10), n) %*% matrix(rnorm(1000, 0, 0.5), 10) + rnorm(n * 100), 2)
colnames(x) <- paste0("x", 1:100)
y <- rbinom(n, 1, plogis(x[, 1:5] %*% c(1, 0.8, 0.6, 0.5, 0.3)))
fold <- sample(rep(1:10, length.out = n))
write.csv(cbind(y, fold, x), "lasso.csv", row.names = FALSE)

# Columns that need care. The tests make the same ones.
awkward <- cbind(
  constant = 1, first = x[, 1], copy = 2 * x[, 1] + 3, mirror = -x[, 1], rare = x[, 2] > 2.5,
  a = x[, 3] < -0.5, b = x[, 3] >= -0.5 & x[, 3] < 0.5, c = x[, 3] >= 0.5, huge = 1e6 + 1e4 * x[, 4],
  tiny = x[, 5] / 1e6, rounded = round(x[, 6])
) + 0

tight <- function(f, ...) f(..., family = "binomial", thresh = 1e-22, maxit = 1e8)
at <- function(fit, s) as.vector(coef(fit, s = s))
of <- function(x, y, fold, ...) {
  fit <- tight(glmnet, x, y, ...)
  cv <- suppressWarnings(tight(cv.glmnet, x, y, foldid = fold, lambda = fit$lambda))
  own <- suppressWarnings(tight(cv.glmnet, x, y, foldid = fold, ...))
  between <- mean(fit$lambda[2:3])
  list(
    lambda = fit$lambda, deviance_ratio = fit$dev.ratio, nonzero = fit$df,
    cv_deviance = cv$cvm, cv_se = cv$cvsd, lambda_min = cv$lambda.min, lambda_1se = cv$lambda.1se,
    at_min = at(fit, cv$lambda.min), at_1se = at(fit, cv$lambda.1se), last = at(fit, min(fit$lambda)),
    between = list(lambda = between, coefficients = at(fit, between)),
    risk = as.vector(predict(fit, x[1:5, ], s = cv$lambda.min, type = "response")),
    # With lambdas of their own in the folds.
    own = list(cv_deviance = own$cvm, lambda_min = own$lambda.min, lambda_1se = own$lambda.1se)
  )
}
few <- 1:25
write_json(
  list(
    versions = c(list(R = as.character(getRversion())),
      glmnet = as.character(packageVersion("glmnet"))),
    wide = of(x, y, fold),
    tall = of(x[, 1:12], y, fold),
    small = of(x[few, 1:30], y[few], rep(1:10, length.out = 25)),
    awkward = of(awkward, y, fold),
    separated = of(x[, 1:8], (x[, 1] + x[, 2] > 0.5) + 0, fold, lambda.min.ratio = 1e-5),
    options = of(x[, 1:20], y, (fold + 1) %/% 2, nlambda = 30, lambda.min.ratio = 0.05)
  ),
  "lasso.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE
)
