# Writes corpus.csv: results as R prints them, rounded as papers round.
# Every row is one question to the audit that a true print must not fail.
suppressPackageStartupMessages({
  library(survival); library(MASS); library(metafor); library(metadat); library(pROC)
})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260301)
options(warn = -1)
out <- new.env()
out$rows <- list()
out$count <- 0

# ---- printing ----------------------------------------------------------------------------------
fixed <- function(x, d) sub("^-(0[.]?0*)$", "\\1", sprintf("%.*f", as.integer(d), x))
bare <- function(text) sub("^([<>]?)0[.]", "\\1.", text)
below <- function(p, d) if (p < 10^-d) paste0("<", fixed(10^-d, d)) else fixed(p, d)
styles <- list(
  three = function(p) below(p, 3),
  four = function(p) below(p, 4),
  two = function(p) below(p, 2),
  nejm = function(p) if (p >= 0.01) fixed(p, 2) else below(p, 3),
  apa = function(p) bare(below(p, 3)),
  jama = function(p) if (p > 0.99) ">.99" else bare(if (p >= 0.01) fixed(p, 2) else below(p, 3)),
  gtsummary = function(p) if (p > 0.9) ">0.9" else if (p >= 0.2) fixed(p, 1) else
    if (p >= 0.1) fixed(p, 2) else below(p, 3),
  lancet = function(p) sub(".", "\u00b7", if (p >= 0.01) fixed(p, 2) else below(p, 4), fixed = TRUE),
  digits = function(p) format(signif(p, 3), scientific = p < 1e-4),
  bound = function(p) if (p < 0.001) "<0.001" else if (p < 0.01) "<0.01" else
    if (p < 0.05) "<0.05" else ">0.05"
)
often <- c(three = 8, four = 4, two = 3, nejm = 4, apa = 3, jama = 2, gtsummary = 2, lancet = 1,
           digits = 2, bound = 1)
p_text <- function(p) styles[[sample(names(often), 1, prob = often)]](min(1, p))
places <- function() sample(2:4, 1, prob = c(6, 3, 1))
several <- function(x) paste(x, collapse = "|")
grid <- function(x) paste(apply(x, 1, paste, collapse = " "), collapse = "|")

# ---- rows --------------------------------------------------------------------------------------
result <- function(by, data) {
  out$count <- out$count + 1
  out$now <- list(sprintf("r%04d", out$count), by, data)
}
ask <- function(check, ...) {
  out$rows[[length(out$rows) + 1]] <- c(unlist(out$now), check, paste(c(...), collapse = "; "))
}
statistic <- function(test, value, d, df, p)
  ask("p_from_statistic", fixed(value, d), p_text(p), several(df), paste0("test=", test))
sound <- function(...) all(is.finite(c(...))) && all(abs(c(...)) < 1e3)
# A ratio with limits and P: what a reader asks of them.
ratio <- function(by, data, value, lower, upper, p, extra = NULL) {
  if (!sound(value, lower, upper, p) || lower <= 0.005 || lower >= upper) return(invisible())
  d <- places()
  e <- fixed(c(value, lower, upper), d)
  if (any(as.numeric(e) == 0) || e[2] == e[3]) return(invisible())
  result(by, data)
  ask("centre_of_interval", e)
  if (runif(1) < 0.25) ask("limit_from_other", e[1], e[3], e[2])
  ask("p_from_interval", e, p_text(p), extra)
  invisible(e)
}

# ---- logistic and Poisson models ---------------------------------------------------------------
cases <- function(data) data[complete.cases(data), ]
simulated_trial <- function(n, slope = 0.5) {
  a <- rnorm(n); b <- rbinom(n, 1, 0.4); g <- sample(c("I", "II", "III"), n, TRUE)
  data.frame(a, b, g, y = rbinom(n, 1, plogis(-0.5 + slope * a + 0.7 * b * (g != "I"))))
}
logistic <- list(
  birthwt = low ~ age + lwt + factor(race) + smoke + ht + ui, Pima.te = type ~ npreg + glu + bp + bmi + ped,
  biopsy = class ~ V1 + V4 + V6, infert = case ~ spontaneous + induced + age,
  bacteria = y ~ trt + week, mtcars = am ~ wt, mtcars = vs ~ hp + am,
  lung = status == 2 ~ age + sex + ph.ecog, colon = status ~ rx + nodes + obstruct,
  pbc = status == 2 ~ age + log(bili) + edema, diabetic = status ~ trt + age,
  Melanoma = status == 1 ~ sex + thickness + ulcer, veteran = celltype == "large" ~ age + karno,
  stagec = pgstat ~ age + g2 + gleason, kyphosis = Kyphosis ~ Age + Number + Start,
  Pima.tr = type ~ glu + bmi + age, nwtco = rel ~ instit + histol, retinopathy = status ~ trt + risk,
  cats = Sex ~ Bwt, esoph2 = cancer ~ agegp2 + alc
)
if (requireNamespace("rpart", quietly = TRUE)) data(kyphosis, stagec, package = "rpart")
esoph2 <- with(esoph, data.frame(cancer = rep(1:0, c(sum(ncases), sum(ncontrols))),
  agegp2 = c(rep(as.numeric(agegp), ncases), rep(as.numeric(agegp), ncontrols)),
  alc = c(rep(as.numeric(alcgp), ncases), rep(as.numeric(alcgp), ncontrols))))
sets <- c(
  Map(function(name, model) list(name, model, cases(get(name)[all.vars(model)])), names(logistic), logistic),
  lapply(rep(c(30, 45, 60, 90, 150, 300), each = 4), function(n)
    list("simulated", y ~ a + b + g, simulated_trial(n)))
)
for (set in sets) {
  fits <- list(glm(set[[2]], binomial, set[[3]]))
  for (v in attr(terms(set[[2]]), "term.labels"))
    fits <- c(fits, list(glm(reformulate(v, set[[2]][[2]]), binomial, set[[3]])))
  for (fit in fits[seq_len(if (set[[1]] == "simulated") 3 else length(fits))]) {
    if (!fit$converged || any(abs(coef(fit)) > 8)) next
    profile <- suppressMessages(confint(fit)); wald <- confint.default(fit); s <- coef(summary(fit))
    for (i in rownames(s)[-1]) {
      ratio("glm profile", set[[1]], exp(s[i, 1]), exp(profile[i, 1]), exp(profile[i, 2]), s[i, 4])
      if (runif(1) < 0.4) ratio("glm Wald", set[[1]], exp(s[i, 1]), exp(wald[i, 1]), exp(wald[i, 2]), s[i, 4])
      if (runif(1) < 0.25 && abs(s[i, 1]) > 0.02) {
        d <- places() + (abs(s[i, 1]) < 0.1)
        e <- fixed(c(s[i, 1], s[i, 3], wald[i, ]), d)
        if (as.numeric(e[1]) * as.numeric(e[2]) > 0 && as.numeric(e[3]) < as.numeric(e[4])) {
          result("glm coefficients", set[[1]])
          ask("coefficient_p", e[2], p_text(s[i, 4]))
          ask("wald_limits", e)
          ask("odds_ratio", fixed(exp(s[i, 1]), places()), e[1])
          ask("inside_interval", e[c(1, 3, 4)])
        }
      }
    }
  }
}
counted <- list(quine = Days ~ Sex + Age, epil = y ~ trt + base + age, warpbreaks = breaks ~ wool + tension,
                InsectSprays = count ~ spray)
for (name in names(counted)) {
  fit <- glm(counted[[name]], poisson, get(name))
  profile <- suppressMessages(confint(fit)); s <- coef(summary(fit))
  for (i in rownames(s)[-1])
    ratio("glm Poisson profile", name, exp(s[i, 1]), exp(profile[i, 1]), exp(profile[i, 2]), s[i, 4])
}

# ---- survival ----------------------------------------------------------------------------------
binary <- function(data, time, event, group) {
  d <- data.frame(time = data[[time]], event = as.integer(data[[event]]), group = data[[group]])
  d <- cases(d)
  if (is.numeric(d$group) && length(unique(d$group)) > 2) d$group <- d$group > median(d$group)
  d
}
colon_os <- subset(colon, etype == 2 & rx != "Lev"); colon_rfs <- subset(colon, etype == 1 & rx != "Lev+5FU")
colon_os$rx <- droplevels(colon_os$rx); colon_rfs$rx <- droplevels(colon_rfs$rx)
lung2 <- transform(lung, dead = status == 2, months = round(time / 30.4375, 1), weeks = ceiling(time / 7))
veteran2 <- transform(veteran, months = ceiling(time / 30.4))
pbc2 <- transform(subset(pbc, !is.na(trt)), dead = status == 2, years = round(time / 365.25, 1))
ovarian2 <- transform(ovarian, months = ceiling(futime / 30.4))
gbsg2 <- transform(gbsg, months = ceiling(rfstime / 30.4))
kidney2 <- kidney; rott <- rotterdam[seq(1, 2982, 6), ]; mgus3 <- subset(mgus2, futime > 0)[seq(1, 1380, 4), ]
myel <- transform(myeloid, months = ceiling(futime / 30.4)); melanoma2 <- transform(Melanoma, dead = status == 1)
trans <- subset(transplant, event %in% c("ltx", "death"))
gehan2 <- gehan; leuk2 <- transform(leuk, one = 1)
groups <- list(
  lung2 = c("time", "dead", "sex"), lung2 = c("months", "dead", "sex"), lung2 = c("weeks", "dead", "age"),
  lung2 = c("time", "dead", "ph.karno"), lung2 = c("time", "dead", "meal.cal"), lung2 = c("months", "dead", "wt.loss"),
  veteran2 = c("time", "status", "trt"), veteran2 = c("months", "status", "trt"), veteran2 = c("time", "status", "karno"),
  veteran2 = c("months", "status", "karno"), veteran2 = c("time", "status", "prior"), veteran2 = c("months", "status", "age"),
  veteran2 = c("time", "status", "age"), veteran2 = c("time", "status", "diagtime"),
  colon_os = c("time", "status", "rx"), colon_rfs = c("time", "status", "rx"), colon_os = c("time", "status", "obstruct"),
  colon_os = c("time", "status", "node4"), colon_rfs = c("time", "status", "sex"), colon_rfs = c("time", "status", "perfor"),
  pbc2 = c("time", "dead", "trt"), pbc2 = c("years", "dead", "bili"), pbc2 = c("time", "dead", "sex"), pbc2 = c("years", "dead", "stage"),
  pbc2 = c("years", "dead", "age"), pbc2 = c("time", "dead", "hepato"), pbc2 = c("years", "dead", "trt"),
  ovarian2 = c("futime", "fustat", "rx"), ovarian2 = c("months", "fustat", "age"), ovarian2 = c("futime", "fustat", "ecog.ps"),
  ovarian2 = c("months", "fustat", "resid.ds"), gbsg2 = c("rfstime", "status", "hormon"), gbsg2 = c("months", "status", "meno"),
  gbsg2 = c("months", "status", "age"), gbsg2 = c("rfstime", "status", "grade"), gbsg2 = c("months", "status", "er"),
  kidney2 = c("time", "status", "sex"), kidney2 = c("time", "status", "age"), rott = c("dtime", "death", "chemo"),
  rott = c("rtime", "recur", "hormon"), rott = c("rtime", "recur", "pgr"), mgus3 = c("futime", "death", "sex"),
  mgus3 = c("futime", "death", "hgb"), mgus3 = c("futime", "death", "creat"), myel = c("futime", "death", "trt"), myel = c("months", "death", "sex"),
  melanoma2 = c("time", "dead", "sex"), melanoma2 = c("time", "dead", "ulcer"), melanoma2 = c("time", "dead", "thickness"),
  aml = c("time", "status", "x"), gehan2 = c("time", "cens", "treat"), leuk2 = c("time", "one", "ag"), diabetic = c("time", "status", "trt"),
  retinopathy = c("futime", "status", "trt"), retinopathy = c("futime", "status", "type"), stanford2 = c("time", "status", "age"),
  heart = c("stop", "event", "surgery"), rats = c("time", "status", "rx"), udca1 = c("futime", "status", "trt"), cgd0 = c("etime1", "sex", "treat")
)
groups <- groups[names(groups) != "cgd0"]
cohort <- function(n, hr, unit, shape = 1.2) {
  arm <- rep(0:1, length.out = n)
  time <- 12 * (rexp(n) / ifelse(arm == 1, hr, 1))^(1 / shape); end <- runif(n, 4, 40)
  data.frame(time = pmax(unit, ceiling(pmin(time, end) / unit) * unit), event = as.integer(time <= end), group = arm)
}
sets <- c(
  Map(function(name, columns) list(sub("[23]$|_.*", "", name), binary(get(name), columns[1], columns[2], columns[3])), names(groups), groups),
  Map(function(n, hr, unit) list("simulated", cohort(n, hr, unit)),
      rep(c(30, 60, 90, 150, 300), each = 9), rep(c(1, 0.8, 0.6, 0.45, 0.35, 1.6, 0.5, 0.75, 0.3), 5),
      rep(c(1 / 30, 1, 0.1, 1 / 30, 3, 0.25, 1, 1 / 30, 2), 5))
)
for (set in sets) {
  d <- set[[2]]
  d$group <- as.integer(factor(d$group)) - 1L
  d <- d[d$group < 2 & d$time > 0, ]
  if (length(unique(d$group)) < 2 || sum(d$event) < 6) next
  for (rule in c("efron", "breslow")) {
    if (rule == "breslow" && runif(1) < 0.7) next
    fit <- coxph(Surv(time, event) ~ group, d, ties = rule)
    s <- summary(fit)
    by <- if (rule == "efron") "coxph" else "coxph Breslow"
    tests <- c(s$coef[1, 5], survdiff(Surv(time, event) ~ group, d)$chisq)
    e <- ratio(by, set[[1]], s$conf.int[1, 1], s$conf.int[1, 3], s$conf.int[1, 4], s$coef[1, 5])
    if (is.null(e)) next
    ask("logrank_p_bounds", e, p_text(s$sctest[3]))
    if (runif(1) < 0.3) {
      result("coxph one-sided", set[[1]])
      ask("p_from_interval", e, p_text(pnorm(s$coef[1, 4] * sample(c(1, 1, -1), 1))))
    }
    result(paste(by, "and survdiff"), set[[1]])
    logrank <- pchisq(tests[2], 1, lower.tail = FALSE)
    for (text in unique(c(styles$three(logrank), p_text(logrank)))) ask("logrank_p_bounds", e, text)
    ask("events_needed", e[2:3], sum(d$event))
  }
  # Medians and rates by group, and numbers at risk.
  km <- survfit(Surv(time, event) ~ group, d)
  m <- summary(km)$table; dp <- sample(1:2, 1)
  at <- signif(max(d$time) / 4, 2) * 0:3
  risk <- summary(km, times = at, extend = TRUE)
  for (g in 1:2) {
    v <- m[g, c("median", "0.95LCL", "0.95UCL")]
    result("survfit", set[[1]])
    if (sound(v[1:2] / 10)) ask("inside_interval", fixed(v[1:2], dp), if (is.na(v[3])) "NE" else fixed(v[3], dp))
    k <- which(as.integer(risk$strata) == g)
    shown <- 100 * cbind(risk$surv, risk$lower, risk$upper)[k[2:3], , drop = FALSE]
    i <- sample(nrow(shown), 1)
    if (sound(shown[i, ])) ask("inside_interval", fixed(shown[i, ], 1))
    if (!any(duplicated(at))) for (j in 3:4)
      ask("at_risk", risk$n.risk[k][j], several(risk$n.risk[k][seq_len(j - 1)]), sum(d$event[d$group == g - 1 & d$time < at[j]]))
  }
}
# Several covariates, and two subgroups with the z test of their ratios.
many <- list(
  lung2 = Surv(time, dead) ~ age + sex + ph.ecog + wt.loss, veteran = Surv(time, status) ~ trt + karno + celltype + age,
  pbc2 = Surv(time, dead) ~ age + edema + log(bili) + albumin + protime, colon_os = Surv(time, status) ~ rx + nodes + obstruct + extent,
  gbsg = Surv(rfstime, status) ~ hormon + age + size + grade + nodes, rott = Surv(dtime, death) ~ age + meno + size + grade + nodes,
  melanoma2 = Surv(time, dead) ~ sex + thickness + ulcer, mgus3 = Surv(futime, death) ~ age + sex + hgb + creat,
  myel = Surv(futime, death) ~ trt + sex, retinopathy = Surv(futime, status) ~ trt * type,
  kidney = Surv(time, status) ~ age + sex + disease, ovarian = Surv(futime, fustat) ~ age + rx + ecog.ps,
  stanford2 = Surv(time, status) ~ age + t5, gehan = Surv(time, cens) ~ treat
)
for (name in names(many)) {
  s <- summary(coxph(many[[name]], get(name)))
  for (i in rownames(s$coef)) {
    ratio("coxph", sub("[23]$|_.*", "", name), s$conf.int[i, 1], s$conf.int[i, 3], s$conf.int[i, 4], s$coef[i, 5])
    e <- fixed(c(s$coef[i, 1], s$coef[i, 4]), 3)
    if (runif(1) < 0.5 && all(as.numeric(e) != 0)) {
      result("coxph coefficients", sub("[23]$|_.*", "", name))
      ask("coefficient_p", e[2], p_text(s$coef[i, 5]))
      ask("odds_ratio", fixed(exp(s$coef[i, 1]), places()), e[1])
    }
  }
}
for (k in 1:40) {
  fits <- lapply(c(0.6, sample(c(0.4, 0.8, 1.3), 1)), function(hr) summary(coxph(Surv(time, event) ~ group, cohort(sample(40:200, 1), hr, 1 / 30))))
  b <- sapply(fits, function(s) s$coef[1, c(1, 3)])
  d <- places()
  z <- (b[1, 1] - b[1, 2]) / sqrt(sum(b[2, ]^2))
  result("coxph in two subgroups", "simulated")
  ask("interaction_p", sapply(fits, function(s) several(fixed(s$conf.int[1, c(1, 3, 4)], d))), p_text(2 * pnorm(-abs(z))))
}

# ---- tables of counts --------------------------------------------------------------------------
two <- function(x) matrix(as.integer(x), 2, byrow = TRUE)
public <- list(
  UCBAdmissions = two(t(apply(UCBAdmissions, 1:2, sum))), Titanic = apply(Titanic, c(2, 4), sum), Titanic = apply(Titanic, c(3, 4), sum),
  birthwt = table(birthwt$smoke, birthwt$low), birthwt = table(birthwt$ht, birthwt$low), birthwt = table(birthwt$ui, birthwt$low),
  infert = table(infert$case, infert$spontaneous > 0), mtcars = table(mtcars$am, mtcars$vs), lung = table(lung$sex, lung$status),
  Melanoma = table(Melanoma$ulcer, Melanoma$status == 1), Melanoma = table(Melanoma$sex, Melanoma$status == 1), ovarian = table(ovarian$rx, ovarian$fustat),
  veteran = table(veteran$trt, veteran$prior), pbc = table(pbc$trt, pbc$status == 2), pbc = table(pbc$sex, pbc$status == 2),
  bacteria = table(bacteria$ap, bacteria$y), aSAH = table(aSAH$gender, aSAH$outcome), HairEyeColor = apply(HairEyeColor, c(3, 1), sum)[, 1:2],
  Pima.te = table(Pima.te$npreg > 3, Pima.te$type), diabetic = table(diabetic$trt, diabetic$status), nwtco = table(nwtco$histol, nwtco$rel),
  tea = two(c(3, 1, 1, 3)), convictions = two(c(2, 10, 15, 3))
)
drawn <- lapply(1:90, function(k) {
  n <- sample(6:120, 2, TRUE); p <- plogis(rnorm(1, -0.3) + c(0, sample(c(0, 1, 1.5), 1)))
  x <- rbinom(2, n, p)
  cbind(x, n - x)
})
sets <- c(Map(list, names(public), public), lapply(drawn, function(x) list("simulated", x)))
for (set in sets) {
  x <- unclass(as.matrix(set[[2]])); dimnames(x) <- NULL
  if (any(rowSums(x) == 0) || any(colSums(x) == 0)) next
  f <- fisher.test(x)
  if (all(x > 0)) ratio("fisher.test", set[[1]], f$estimate, f$conf.int[1], f$conf.int[2], f$p.value)
  result("fisher.test", set[[1]]); ask("p_from_counts", p_text(f$p.value), grid(x))
  plain <- chisq.test(x, correct = FALSE)
  result("chisq.test", set[[1]]); ask("p_from_counts", p_text(chisq.test(x)$p.value), grid(x))
  result("chisq.test(correct = FALSE)", set[[1]]); ask("p_from_counts", p_text(plain$p.value), grid(x))
  if (runif(1) < 0.7) {
    n <- sum(x)
    result("N - 1 chi-square", set[[1]])
    ask("p_from_counts", p_text(pchisq(plain$statistic * (n - 1) / n, 1, lower.tail = FALSE)), grid(x))
  }
  m <- rowSums(x); k <- sum(x[, 1]); tail <- dhyper(x[1, 1], m[1], m[2], k) / 2
  if (runif(1) < 0.5) {
    result("mid-P of Fisher's test", set[[1]]); ask("p_from_counts", p_text(f$p.value - tail), grid(x))
    result("mid-P twice one tail", set[[1]])
    ask("p_from_counts", p_text(2 * min(tail + phyper(x[1, 1] - 1, m[1], m[2], k), tail + phyper(x[1, 1], m[1], m[2], k, lower.tail = FALSE))), grid(x))
  }
  one <- prop.test(x[1, 1], sum(x[1, ])); exact <- binom.test(x[1, 1], sum(x[1, ])); d <- sample(0:2, 1, prob = c(1, 5, 2))
  result("prop.test", set[[1]]); ask("proportion_limits", fixed(100 * c(one$estimate, one$conf.int), d), sum(x[1, ]))
  result("binom.test", set[[1]]); ask("proportion_limits", fixed(100 * c(exact$estimate, exact$conf.int), d), sum(x[1, ]))
  ask("percentage", fixed(100 * exact$estimate, d), x[1, 1], sum(x[1, ]))
}
wide <- list(
  HairEyeColor = apply(HairEyeColor, c(3, 1), sum), Titanic = t(apply(Titanic, c(1, 4), sum)), birthwt = table(birthwt$low, birthwt$race),
  lung = table(lung$status, lung$ph.ecog)[, 1:3], veteran = table(veteran$trt, veteran$celltype), pbc = table(pbc$trt, pbc$stage),
  gbsg = table(gbsg$hormon, gbsg$grade), infert = table(infert$case, infert$education), aSAH = table(aSAH$outcome, aSAH$wfns), mtcars = table(mtcars$am, mtcars$gear),
  colon = table(colon$status, colon$extent), caith = unclass(as.matrix(caith))[1:2, ], esoph = rbind(tapply(esoph$ncases, esoph$alcgp, sum), tapply(esoph$ncontrols, esoph$alcgp, sum))
)
drawn <- lapply(1:45, function(k) {
  levels <- sample(3:4, 1); lean <- sample(c(0, 0.3, 0.5), 1)
  t(sapply(0:1, function(g) as.vector(rmultinom(1, sample(15:60, 1), exp(lean * g * seq_len(levels))))))
})
for (set in c(Map(list, names(wide), wide), lapply(drawn, function(x) list("simulated", x)))) {
  x <- unclass(as.matrix(set[[2]])); dimnames(x) <- NULL
  x <- x[, colSums(x) > 0, drop = FALSE]
  if (ncol(x) < 3 || any(rowSums(x) == 0)) next
  score <- rep(col(x), x); group <- rep(row(x), x)
  tests <- list(
    "chisq.test" = chisq.test(x)$p.value, "fisher.test" = if (sum(x) < 200) fisher.test(x, workspace = 2e7)$p.value,
    "prop.trend.test" = prop.trend.test(x[1, ], colSums(x))$p.value,
    "wilcox.test of ordered categories" = wilcox.test(score ~ group, exact = FALSE)$p.value,
    "kruskal.test of ordered categories" = kruskal.test(score, group)$p.value
  )
  for (by in names(tests)) if (!is.null(tests[[by]])) {
    result(by, set[[1]]); ask("p_from_counts", p_text(tests[[by]]), grid(x))
  }
  result("percentages of one group", set[[1]])
  share <- fixed(100 * x[1, ] / sum(x[1, ]), sample(0:2, 1, prob = c(1, 3, 1)))
  ask("remaining_percentage", share[1], several(share[-1]))
}

# ---- means -------------------------------------------------------------------------------------
values <- list(
  birthwt = c("bwt", "smoke"), birthwt = c("lwt", "low"), birthwt = c("age", "low"), ToothGrowth = c("len", "supp"), sleep = c("extra", "group"),
  iris = c("Sepal.Length", "Species"), PlantGrowth = c("weight", "group"), chickwts = c("weight", "feed"), mtcars = c("mpg", "am"), mtcars = c("hp", "cyl"),
  lung = c("age", "sex"), lung = c("meal.cal", "sex"), lung = c("wt.loss", "sex"), lung = c("age", "status"), pbc = c("bili", "sex"), pbc = c("albumin", "trt"), pbc = c("age", "sex"),
  pbc = c("platelet", "stage"), veteran = c("karno", "trt"), veteran = c("age", "trt"), veteran = c("karno", "celltype"), Melanoma = c("thickness", "ulcer"), Melanoma = c("age", "sex"),
  Pima.te = c("glu", "type"), Pima.te = c("age", "type"), Pima.te = c("npreg", "type"), gbsg = c("age", "hormon"), gbsg = c("nodes", "grade"), cats = c("Hwt", "Sex"), anorexia = c("Postwt", "Treat"),
  quine = c("Days", "Sex"), quine = c("Days", "Age"), aSAH = c("s100b", "outcome"), aSAH = c("age", "outcome"), InsectSprays = c("count", "spray"), warpbreaks = c("breaks", "wool"),
  colon = c("nodes", "status"), diabetic = c("age", "laser"), stanford2 = c("age", "status"), npk = c("yield", "N")
)
sets <- c(
  Map(function(name, v) { d <- cases(get(name)[v]); list(name, d[[1]], factor(d[[2]])) }, names(values), values),
  lapply(1:60, function(k) {
    g <- factor(rep(1:sample(c(2, 2, 2, 3), 1), length.out = sample(10:160, 1)))
    y <- rnorm(length(g), 50 + 3 * as.integer(g) * sample(0:1, 1), 8 + 4 * (g == 1))
    list("simulated", if (k %% 3) y else round(y), g)
  })
)
for (set in sets) {
  y <- set[[2]]; g <- droplevels(set[[3]]); n <- as.vector(table(g))
  if (any(n < 2)) next
  d <- sample(1:2, 1, prob = c(2, 1)) + (mean(abs(y)) < 3)
  m <- fixed(tapply(y, g, mean), d); s <- fixed(tapply(y, g, sd), d)
  tests <- if (nlevels(g) == 2)
    list("t.test" = t.test(y ~ g)$p.value, "t.test(var.equal = TRUE)" = t.test(y ~ g, var.equal = TRUE)$p.value, "wilcox.test" = wilcox.test(y ~ g)$p.value)
  else list("aov" = oneway.test(y ~ g, var.equal = TRUE)$p.value, "oneway.test" = oneway.test(y ~ g)$p.value, "kruskal.test" = kruskal.test(y, g)$p.value)
  for (by in names(tests)) {
    result(by, set[[1]]); ask("p_from_summaries", p_text(tests[[by]]), several(m), several(s), several(n))
  }
  result("mean and sd", set[[1]])
  ask("pooled_mean", fixed(mean(y), d), several(m), several(n))
  ask("pooled_sd", fixed(sd(y), d), several(m), several(s), several(n))
  ask("sd_in_range", s[1], m[1], fixed(range(y[g == levels(g)[1]]), d), n[1])
  if (all(y == round(y)) && n[1] >= 5) {
    ask("grim", m[1], n[1])
    ask("grimmer", m[1], s[1], n[1])
  }
  fit <- summary(lm(y ~ g)); f <- fit$fstatistic; k <- sample(2:3, 1)
  result("lm", set[[1]])
  statistic("F", f[1], k, f[2:3], pf(f[1], f[2], f[3], lower.tail = FALSE))
  statistic("t", coef(fit)[2, 3], k, fit$df[2], coef(fit)[2, 4])
}
pairs <- list(mtcars = c("mpg", "wt"), mtcars = c("hp", "qsec"), iris = c("Sepal.Length", "Sepal.Width"), cars = c("speed", "dist"), lung = c("age", "ph.karno"), lung = c("wt.loss", "meal.cal"),
  pbc = c("bili", "albumin"), pbc = c("age", "platelet"), faithful = c("eruptions", "waiting"), cats = c("Bwt", "Hwt"), birthwt = c("age", "bwt"), birthwt = c("lwt", "bwt"), Pima.te = c("glu", "bmi"),
  airquality = c("Ozone", "Temp"), airquality = c("Solar.R", "Wind"), gbsg = c("age", "nodes"), veteran = c("age", "karno"), women = c("height", "weight"), stackloss = c("Air.Flow", "stack.loss"), attitude = c("rating", "raises"))
sets <- c(Map(function(name, v) list(name, cases(get(name)[v])), names(pairs), pairs),
  lapply(1:30, function(k) { a <- rnorm(sample(8:150, 1)); list("simulated", data.frame(a, b = rnorm(length(a), runif(1, -0.5, 0.5) * a))) }))
for (set in sets) {
  r <- cor.test(set[[2]][[1]], set[[2]][[2]])
  result("cor.test", set[[1]]); statistic("r", r$estimate, places(), r$parameter, r$p.value)
}
for (set in c(Map(list, names(wide), wide), lapply(drawn, function(x) list("simulated", x)))) {
  x <- set[[2]][, colSums(set[[2]]) > 0]; q <- chisq.test(x)
  result("chisq.test", set[[1]]); statistic("chi-square", q$statistic, places(), q$parameter, q$p.value)
}

for (k in 1:40) {
  p <- pnorm(-abs(rnorm(sample(3:12, 1), sample(c(1, 2), 1)))) * 2
  method <- sample(c("BH", "holm", "hochberg", "bonferroni", "BY"), 1)
  q <- p.adjust(p, method); i <- sample(length(p), 1); d <- sample(3:4, 1); text <- sapply(p, below, d)
  result(paste("p.adjust", method), "simulated"); ask("adjusted_p", below(q[i], d), text[i], several(text[-i]))
}

# ---- meta-analysis -----------------------------------------------------------------------------
bcg <- function(d, measure = "RR") escalc(measure, ai = tpos, bi = tneg, ci = cpos, di = cneg, data = d)
counts <- function(d, measure) escalc(measure, ai = d$ai, n1i = d$n1i, ci = d$ci, n2i = d$n2i)
given <- function(d) escalc("GEN", yi = d$yi, vi = d$vi)
rates <- function(d) escalc("IRR", x1i = x1i, x2i = x2i, t1i = t1i, t2i = t2i, data = d)
metas <- list(
  dat.bcg = bcg(dat.bcg), dat.bcg = bcg(dat.bcg, "OR"), dat.begg1989 = given(dat.begg1989[-1, ]), dat.hackshaw1998 = given(dat.hackshaw1998),
  dat.raudenbush1985 = given(dat.raudenbush1985), dat.bangertdrowns2004 = given(dat.bangertdrowns2004), dat.riley2003 = given(subset(dat.riley2003, outcome == "OS" & !is.na(yi))),
  dat.riley2003 = given(subset(dat.riley2003, outcome == "DFS" & !is.na(yi))), dat.dagostino1998 = NULL,
  dat.collins1985b = escalc("OR", ai = pre.xti, n1i = pre.nti, ci = pre.xci, n2i = pre.nci, data = dat.collins1985b),
  dat.collins1985a = escalc("OR", ai = d.xti, n1i = nti, ci = d.xci, n2i = nci, data = dat.collins1985a),
  dat.damico2009 = escalc("OR", ai = xt, n1i = nt, ci = xc, n2i = nc, data = dat.damico2009), dat.hart1999 = rates(dat.hart1999), dat.nielweise2008 = rates(dat.nielweise2008),
  dat.normand1999 = escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999),
  dat.gibson2002 = escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.gibson2002),
  dat.viechtbauer2021 = escalc("OR", ai = xTi, n1i = nTi, ci = xCi, n2i = nCi, data = dat.viechtbauer2021),
  dat.vanhowe1999 = escalc("OR", ai = cir.pos, bi = cir.neg, ci = non.pos, di = non.neg, data = dat.vanhowe1999), dat.cohen1981 = escalc("ZCOR", ri = ri, ni = ni, data = dat.cohen1981),
  dat.molloy2014 = escalc("ZCOR", ri = ri, ni = ni, data = dat.molloy2014), dat.pignon2000 = escalc("GEN", yi = OmE / V, vi = 1 / V, data = dat.pignon2000),
  dat.dorn2007 = escalc("RR", ai = x.a, n1i = n.a, ci = x.p, n2i = n.p, data = dat.dorn2007), dat.pritz1997 = escalc("PLO", xi = xi, ni = ni, data = dat.pritz1997)
)
for (name in c("dat.anand1999", "dat.egger2001", "dat.graves2010", "dat.hahn2001", "dat.hine1989", "dat.laopaiboon2015", "dat.lau1992", "dat.lee2004", "dat.li2007", "dat.linde2005", "dat.nielweise2007"))
  metas[[name]] <- counts(get(name), if (name %in% c("dat.hahn2001", "dat.graves2010", "dat.laopaiboon2015")) "RR" else "OR")
metas <- c(metas[!sapply(metas, is.null)], setNames(lapply(1:16, function(k) {
  n <- sample(3:15, 1); vi <- runif(n, 0.01, 0.15)
  escalc("GEN", yi = rnorm(n, 0.3, sqrt(vi + sample(c(0, 0.04, 0.15), 1))), vi = vi)
}), rep("simulated", 16)))
patient <- list(maxiter = 10000, stepadj = 0.5)
for (j in seq_along(metas)) {
  d <- metas[[j]]; d <- d[!is.na(d$yi) & !is.na(d$vi), ]
  if (nrow(d) < 3) next
  for (method in c("DL", "REML", "ML", "PM", "HE", "SJ", "EB", "FE", "REML knha", "DL knha")) {
    fit <- tryCatch(rma(yi, vi, data = d, method = sub(" .*", "", method), test = if (grepl("knha", method)) "knha" else "z", control = patient), error = function(e) NULL)
    if (is.null(fit)) next
    by <- paste("rma", method)
    if (method %in% c("DL", "REML", "REML knha", "DL knha") || runif(1) < 0.2)
      ratio(by, names(metas)[j], exp(fit$b[1]), exp(fit$ci.lb), exp(fit$ci.ub), fit$pval)
    if (grepl("knha", method)) next
    i2 <- fixed(fit$I2, sample(0:2, 1, prob = c(3, 4, 2))); p <- p_text(fit$QEp)
    if (i2 %in% c("100", "100.0", "100.00")) next
    result(by, names(metas)[j])
    ask("heterogeneity_p", i2, fit$k, p)
    if (method %in% c("DL", "FE")) ask("study_counts", i2, p, fit$k)
    if (method == "DL") statistic("chi-square", fit$QE, 2, fit$k - 1, fit$QEp)
  }
  # Two halves, pooled by fixed effects, and all of them.
  half <- seq_len(nrow(d)) <= ceiling(nrow(d) / 2)
  if (min(table(half)) < 2) next
  parts <- lapply(list(half, !half), function(who) rma(yi, vi, data = d[who, ], method = "FE"))
  e <- sapply(parts, function(f) exp(c(f$b, f$ci.lb, f$ci.ub)))
  if (sound(e) && min(e) > 0.05) for (method in c("FE", "REML")) {
    i2 <- c(rma(yi, vi, data = d, method = method, control = patient)$I2, sapply(list(half, !half), function(who) rma(yi, vi, data = d[who, ], method = method, control = patient)$I2))
    if (max(i2) > 99.9) next
    result(paste("rma FE in subgroups and I2 of", method), names(metas)[j])
    ask("q_partition", fixed(i2[1], 1), nrow(d), sapply(1:2, function(s) several(c(fixed(i2[1 + s], 1), parts[[s]]$k, fixed(e[, s], 3)))))
  }
}

# ---- ROC curves --------------------------------------------------------------------------------
marker <- function(n) { y <- rbinom(n, 1, runif(1, 0.25, 0.6)); data.frame(y, a = rnorm(n, runif(1, 0.3, 1.6) * y), b = rnorm(n, runif(1, 0.2, 1.2) * y)) }
aSAH2 <- with(aSAH, data.frame(y = as.integer(outcome == "Poor"), s100b, ndka, wfns = as.integer(wfns), age))
pima2 <- with(Pima.te, data.frame(y = as.integer(type == "Yes"), glu, bmi, age, ped)); birth2 <- with(birthwt, data.frame(y = low, lwt, age, ftv, ptl)); mel2 <- with(Melanoma, data.frame(y = as.integer(status == 1), thickness, age))
sets <- list(); for (one in list(list("aSAH", aSAH2), list("Pima.te", pima2), list("birthwt", birth2), list("Melanoma", mel2)))
  for (pair in combn(names(one[[2]])[-1], 2, simplify = FALSE)) sets <- c(sets, list(list(one[[1]], one[[2]][c("y", pair)])))
sets <- c(sets, lapply(rep(c(25, 40, 60, 110, 200), each = 8), function(n) list("simulated", marker(n))))
for (set in sets) {
  d <- setNames(set[[2]], c("y", "a", "b")); k <- places()
  if (min(sum(d$y), sum(!d$y)) < 5) next
  curves <- lapply(d[-1], function(x) roc(d$y, x, quiet = TRUE, direction = "auto"))
  limits <- sapply(curves, function(r) as.numeric(ci.auc(r))[c(2, 1, 3)])
  e <- fixed(limits, k)
  for (i in 1:2) {
    result("roc", set[[1]])
    ask("auc_interval_readings", e[3 * i - 2:0])
    ask("centre_of_interval", e[3 * i - 2:0], "linear")
    best <- coords(curves[[i]], "best", ret = c("threshold", "tp", "fp", "fn", "tn", "sensitivity", "specificity", "ppv", "npv", "accuracy"))[1, ]
    cells <- round(as.numeric(best[c("tp", "fp", "fn", "tn")]))
    if (anyNA(cells)) next
    ask("auc_bounds best cut-off", cells, e[3 * i - 2])
    ask("within_group_concordance", cells, e[3 * i - 2])
    for (rate in sample(c("sensitivity", "specificity", "ppv", "npv", "accuracy"), 2)) if (is.finite(best[[rate]]))
      ask("rate", fixed(100 * best[[rate]], 1), several(cells), rate)
    if (nrow(d) < 80) ask("tables", nrow(d), several(fixed(100 * unlist(best[c("sensitivity", "specificity", "ppv", "npv")]), 1)))
  }
  test <- roc.test(curves[[1]], curves[[2]])
  if (is.finite(test$p.value) && all(limits[3, ] < 0.99)) {
    result("roc.test", set[[1]]); ask("auc_correlation", several(e[1:3]), several(e[4:6]), p_text(test$p.value))
  }
  fit <- glm(y ~ a, binomial, d); area <- auc(roc(d$y, fitted(fit), quiet = TRUE, direction = "<"))
  if (area >= 0.5) { result("glm and roc", set[[1]]); ask("brier_bounds", fixed(mean((fitted(fit) - d$y)^2), 3), sum(d$y), sum(!d$y), fixed(area, 3)) }
}

rows <- as.data.frame(do.call(rbind, out$rows))
names(rows) <- c("id", "by", "data", "check", "arguments")
# At most so many results of a function; fewer of those whose check is slow.
most <- function(by) if (grepl("^p.adjust", by)) 3 else if (grepl("^(t|wilcox|kruskal|oneway).test|^aov", by) && !grepl("ordered", by)) 25 else 80
ids <- unique(rows[c("id", "by")])
kept <- unlist(lapply(unique(ids$by), function(by) { x <- ids$id[ids$by == by]; if (length(x) > most(by)) sample(x, most(by)) else x }))
rows <- rows[rows$id %in% kept, ]
write.csv(rows, "corpus.csv", row.names = FALSE, quote = FALSE, fileEncoding = "UTF-8")
cat(nrow(rows), "rows,", length(unique(rows$id)), "results\n")
