"""What a reader would write with the libraries where they have no function for it."""

import numpy as np


def youden_optimism(y, marker, resamples):
    """Bootstrap optimism of a Youden cut-off with scikit-learn."""
    from sklearn.metrics import roc_curve

    rng, gaps = np.random.default_rng(0), []
    for _ in range(resamples):
        drawn = rng.integers(0, y.size, y.size)
        false, true, cut = roc_curve(y[drawn], marker[drawn])
        best = np.argmax(true - false)
        high = marker >= cut[best]
        gaps.append(true[best] - false[best] - (high[y == 1].mean() - high[y == 0].mean()))
    return np.mean(gaps)


def lasso(x, y, fold, lambdas):
    """Coefficients of a LASSO logistic model, per standard deviation, by scikit-learn's saga.

    The path is given; the choice is that of the largest lambda within one standard error.
    """
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
    from sklearn.model_selection import PredefinedSplit

    z, folds = (x - x.mean(axis=0)) / x.std(axis=0), fold.max() + 1
    options = {"solver": "saga", "max_iter": 5000, "random_state": 0}
    path = LogisticRegressionCV(
        Cs=1 / (y.size * (1 - 1 / folds) * lambdas),
        l1_ratios=(1,),
        cv=PredefinedSplit(fold),
        scoring="neg_log_loss",
        refit=False,
        use_legacy_attributes=False,
        **options,
    ).fit(z, y)
    loss = -path.scores_.reshape(folds, lambdas.size)
    mean, error = loss.mean(axis=0), loss.std(axis=0, ddof=1) / np.sqrt(folds)
    order = np.argsort(path.Cs_)  # lambdas from the largest on
    mean, error = mean[order], error[order]
    best = mean.argmin()
    chosen = lambdas[np.argmax(mean <= mean[best] + error[best])]
    model = LogisticRegression(C=1 / (y.size * chosen), l1_ratio=1, **options).fit(z, y)
    return model.coef_[0]


def logistic_optimism(x, y, resamples):
    """Corrected Somers' Dxy of a logistic model, with scikit-learn."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    def fitted(rows):
        return LogisticRegression(C=np.inf).fit(x[rows], y[rows])

    def dxy(model, rows):
        return 2 * roc_auc_score(y[rows], model.decision_function(x[rows])) - 1

    rng, gaps, everyone = np.random.default_rng(0), [], np.arange(y.size)
    for _ in range(resamples):
        drawn = rng.integers(y.size, size=y.size)
        model = fitted(drawn)
        gaps.append(dxy(model, drawn) - dxy(model, everyone))
    return dxy(fitted(everyone), everyone) - np.mean(gaps)


def in_a_loop(function, effect, se, count):
    """Call a function for each of many meta-analyses."""
    return [function(effect[i], se[i] ** 2) for i in range(count)]
