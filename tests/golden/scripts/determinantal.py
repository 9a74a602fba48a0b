"""Write determinantal.json: rank loci of small polynomial models as ideals, by Macaulay2.

For each rank value r the locus {rank <= r} is the vanishing set of the (r+1)-minors of the
coefficient matrix of the tangent polynomials. Macaulay2 gives its radical and its minimal primes
over Q with their dimensions. The exact stratum {rank = r} is the union of the components that do
not lie in {rank <= r-1}. For each such component a small integer point is found where the ideal is
smooth: so its real points have the full dimension.
"""

from __future__ import annotations

import json
from pathlib import Path

from small_models import MODELS, is_linear, m2_setup, m2_version, polynomials, run_m2, smooth_point

HERE = Path(__file__).parent


def question() -> list[str]:
    lines: list[str] = []
    for name in MODELS:
        lines += m2_setup(name)
        lines += [
            f'print("OUT|model|{name}")',
            "most = min(numRows J, numColumns J)",
            "while most > 0 and minors(most, J) == 0 do most = most - 1",
            'print("OUT|generic|" | toString most)',
            "lower = ideal(1_R)",
            "for r from 0 to most do (",
            "  I = if r == most then ideal(0_R) else minors(r+1, J);",
            "  primes = if r == most then {ideal(0_R)} else minimalPrimes I;",
            (
                "  rad = if r == most then ideal(0_R) else if #primes == 0 then ideal(1_R) else"
                " trim intersect primes;"
            ),
            '  print("OUT|locus|" | toString r | "|" | toString dim rad | "|" | written rad);',
            "  for P in primes do (",
            '    print("OUT|component|" | toString dim P | "|" |',
            '      toString containedIn(lower, P) | "|" | written trim P)',
            "  );",
            "  lower = rad",
            ")",
        ]
    return lines


def main() -> None:
    rows: list[dict] = []
    for kind, *fields in run_m2(HERE / "determinantal.m2", question()):
        if kind == "model":
            outputs, parameters, inputs = MODELS[fields[0]]
            rows.append(
                {
                    "name": fields[0],
                    "outputs": outputs,
                    "parameters": parameters.split(),
                    "inputs": inputs.split(),
                    "generic_rank": None,
                    "has_nonlinear_stratum": False,
                    "loci": [],
                    "strata": [],
                }
            )
        elif kind == "generic":
            rows[-1]["generic_rank"] = int(fields[0])
        elif kind == "locus":
            rank, dimension, radical = int(fields[0]), int(fields[1]), polynomials(fields[2])
            rows[-1]["loci"].append(
                {"rank_at_most": rank, "dimension": dimension, "radical": radical, "components": []}
            )
        else:
            dimension, inside, generators = (
                int(fields[0]),
                fields[1] == "true",
                polynomials(fields[2]),
            )
            locus = rows[-1]["loci"][-1]
            component = {"ideal": generators, "dimension": dimension, "lies_in_lower_rank": inside}
            if not inside:
                lower = [rows[-1]["loci"][-2]["radical"]] if len(rows[-1]["loci"]) > 1 else []
                size = len(rows[-1]["parameters"])
                component["real_point"] = smooth_point(
                    generators, rows[-1]["parameters"], size - dimension, lower
                )
                if not is_linear(generators, rows[-1]["parameters"]):
                    rows[-1]["has_nonlinear_stratum"] = True
            locus["components"].append(component)
    for row in rows:
        print(row["name"], "has a nonlinear stratum" if row["has_nonlinear_stratum"] else "")
        for locus in row["loci"]:
            own = [c for c in locus["components"] if not c["lies_in_lower_rank"]]
            if not own:
                row["strata"].append(
                    {"rank": locus["rank_at_most"], "dimension": None, "components": 0}
                )
                continue
            real = [c["dimension"] for c in own if c["real_point"] is not None]
            stratum = {
                "rank": locus["rank_at_most"],
                "dimension": max(c["dimension"] for c in own),
                "components": len(own),
                "real_dimension_proved": (
                    bool(real) and max(real) == max(c["dimension"] for c in own)
                ),
            }
            row["strata"].append(stratum)
            missing = [c["ideal"] for c in own if c["real_point"] is None]
            print(row["name"], stratum, "NO REAL POINT" if missing else "", *missing)
    data = {
        "provenance": {
            "system": "Macaulay2",
            "version": m2_version(),
            "script": "tests/golden/scripts/determinantal.py (writes and runs determinantal.m2)",
            "method": (
                "minors of the coefficient matrix of the tangent polynomials, minimalPrimes over Q;"
                " radical = intersection of the minimal primes"
            ),
            "fields": (
                "dimension: Krull dimension (-1 for the empty set), over C; real_point: an integer"
                " point of the component outside the lower rank locus where the ideal is smooth, so"
                " the real dimension is the same there, or null if none with small entries; a"
                " stratum with dimension null is empty; has_nonlinear_stratum: some component that"
                " is new at its rank is not a linear subspace, so no arrangement of hyperplanes"
                " cuts it out"
            ),
        },
        "rows": rows,
    }
    (HERE.parent / "determinantal.json").write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
