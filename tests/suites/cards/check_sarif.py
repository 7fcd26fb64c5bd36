"""Holds reports against the model that was generated from the schema of SARIF 2.1.0, which knows every property there is."""

import json
import sys

from pydantic_sarif import model

REPORT = model.StaticAnalysisResultsFormatSarifVersion210JsonSchema

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        report = REPORT.model_validate(json.load(file))
    print(len(report.runs[0].results))
# A check that takes everything checks nothing.
for wrong in [{"version": "2.1.0"}, {"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}]:
    try:
        REPORT.model_validate(wrong)
    except ValueError:
        continue
    sys.exit(f"{wrong} was taken")
