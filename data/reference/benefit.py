"""Write benefit.csv: what dcurves says of calibration.csv (run where dcurves is installed)."""

import pandas as pd
from dcurves import dca

curves = {
    name: dca(frame, "y", ["risk"], thresholds=[k / 100 for k in range(0, 100, 5)])
    for name, frame in pd.read_csv("calibration.csv").groupby("dataset")
}
columns = ["dataset", "model", "threshold", "net_benefit"]
rows = pd.concat(curves, names=["dataset"]).reset_index()[columns]
rows[rows["model"] != "none"].to_csv("benefit.csv", index=False, float_format="%.15g")
