"""Write deep_tanh.json: model ranks of deep tanh networks at degenerate points.

Upper bounds are the relations between tangent functions stated per case below. Lower bounds are
proved here: a square minor of the Jacobian, evaluated in ball arithmetic (python-flint) at rational
inputs, does not contain zero. For the small architecture mpmath's singular values at 80 digits
confirm the rank a second time, from values of the network alone (numerical differentiation, no
derivative formula).

    f(x) = c + sum_j v_j H_j,   H_j = tanh(e_j + sum_i U_ji h_i),   h_i = tanh(b_i + sum_t W_it x_t)

Write H'_j = 1 - H_j^2, h'_i = 1 - h_i^2.  The tangent functions are
    dc = 1,  dv_j = H_j,  de_j = v_j H'_j,  dU_ji = v_j H'_j h_i,
    db_i = sum_j v_j U_ji H'_j h'_i,  dW_it = db_i x_t.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import flint
import mpmath

ARCHITECTURES = {"2-3-3-1": (2, 3, 3), "2-10-10-1": (2, 10, 10)}

FULL = (
    (
        "Nothing vanishes or coincides at a random point; all M parameters.  Upper bound: the"
        " number of parameters."
    ),
    lambda d, m, n: 0,
)
# name: (argument, number of dimensions lost for d inputs, m first-layer and n second-layer units)
LOSSES = {
    "random point": FULL,
    "dead unit in layer 1, bias 2/3": (
        (
            "W_1 = 0 and U_j1 = 0 for all j.  dW_1t and db_1 vanish (d+1 functions); h_1 ="
            " tanh(b_1) is a constant, so dU_j1 = tanh(b_1) de_j for each of the n second-layer"
            " units.  Lost: d + 1 + n; the remaining functions are those of the network with one"
            " first-layer unit less."
        ),
        lambda d, m, n: d + 1 + n,
    ),
    "dead unit in layer 1, bias 0": (
        (
            "As with a nonzero bias, only that h_1 = 0, so the n functions dU_j1 vanish instead of"
            " being multiples of de_j.  Lost: d + 1 + n."
        ),
        lambda d, m, n: d + 1 + n,
    ),
    "dead unit in layer 2, bias -3/5": (
        (
            "U_1i = 0 for all i and v_1 = 0.  dU_1i and de_1 vanish (m+1 functions) and dv_1 ="
            " tanh(e_1) is a multiple of dc = 1.  Lost: m + 2; the rest is the network with one"
            " second-layer unit less."
        ),
        lambda d, m, n: m + 2,
    ),
    "dead unit in layer 2, bias 0": (
        "As with a nonzero bias, only that dv_1 = 0.  Lost: m + 2.",
        lambda d, m, n: m + 2,
    ),
    "identical units in layer 1": (
        (
            "(W_1, b_1) = (W_2, b_2), outgoing weights U_j1, U_j2 different.  h_1 = h_2, so dU_j1 ="
            " dU_j2 for every j: n lost.  db_1 and db_2 are different combinations of v_j H'_j"
            " h'_1, and so are dW_1t and dW_2t: nothing else is lost."
        ),
        lambda d, m, n: n,
    ),
    "identical units in layer 1, outgoing weights in ratio 2": (
        (
            "(W_1, b_1) = (W_2, b_2) and U_j2 = 2 U_j1 for all j.  n lost as above, and now db_2 ="
            " 2 db_1, dW_2t = 2 dW_1t: d + 1 more.  A splitting of the network with one first-layer"
            " unit less."
        ),
        lambda d, m, n: n + d + 1,
    ),
    "equal incoming weights in layer 1": (
        (
            "W_1 = W_2 with b_1, b_2 different: h_1 and h_2 are different functions of the same"
            " linear form, and no tangent function vanishes or coincides.  Nothing lost."
        ),
        lambda d, m, n: 0,
    ),
    "identical units in layer 2": (
        (
            "(U_1, e_1) = (U_2, e_2), v_1 and v_2 different and nonzero.  H_1 = H_2, so dv_1 ="
            " dv_2, and de_1, de_2 resp. dU_1i, dU_2i are in the ratio v_1 : v_2.  Lost: m + 2, as"
            " for every splitting."
        ),
        lambda d, m, n: m + 2,
    ),
    "equal incoming weights in layer 2": (
        "U_1 = U_2 with e_1, e_2 different.  Nothing vanishes or coincides.  Nothing lost.",
        lambda d, m, n: 0,
    ),
    "incoming weights of a layer 1 unit zero, bias 2/3": (
        (
            "W_1 = 0, outgoing weights not zero.  h_1 = tanh(b_1) is a constant: dU_j1 = tanh(b_1)"
            " de_j (n lost) and db_1 = h'_1 sum_j U_j1 de_j (1 lost).  The d functions dW_1t = db_1"
            " x_t survive.  Lost: n + 1."
        ),
        lambda d, m, n: n + 1,
    ),
    "outgoing weights of a layer 1 unit zero": (
        "U_j1 = 0 for all j.  db_1 and dW_1t vanish; dU_j1 = v_j H'_j h_1 survive.  Lost: d + 1.",
        lambda d, m, n: d + 1,
    ),
    "incoming weights of a layer 2 unit zero, bias -3/5": (
        (
            "U_1i = 0 for all i, v_1 not zero.  H_1 = tanh(e_1) is a constant: dv_1 and de_1 are"
            " multiples of dc (2 lost); dU_1i is a multiple of h_i, and these m functions survive. "
            " Lost: 2."
        ),
        lambda d, m, n: 2,
    ),
    "outgoing weight of a layer 2 unit zero": (
        "v_1 = 0.  de_1 and dU_1i vanish (m + 1); dv_1 = H_1 survives.  Lost: m + 1.",
        lambda d, m, n: m + 1,
    ),
}


def random_point(d: int, m: int, n: int, seed: str) -> dict:
    source = random.Random(seed)

    def value() -> Fraction:
        return Fraction(source.choice([-1, 1]) * source.randint(3, 29), 16)

    return {
        "W1": [[value() for _ in range(d)] for _ in range(m)],
        "b1": [value() for _ in range(m)],
        "W2": [[value() / (2 if m > 3 else 1) for _ in range(m)] for _ in range(n)],
        "b2": [value() for _ in range(n)],
        "W3": [[value() for _ in range(n)]],
        "b3": [value()],
    }


def degenerate(point: dict, case: str) -> dict:
    p = {
        name: [list(row) if isinstance(row, list) else row for row in block]
        for name, block in point.items()
    }
    m = len(p["W1"])
    if "unit in layer 1, bias" in case or "of a layer 1 unit zero" in case:
        if "outgoing" not in case:
            p["W1"][0] = [Fraction(0)] * len(p["W1"][0])
            p["b1"][0] = Fraction(2, 3) if case.endswith("2/3") else Fraction(0)
        if "incoming" not in case:
            for row in p["W2"]:
                row[0] = Fraction(0)
    elif "unit in layer 2, bias" in case or "of a layer 2 unit zero" in case:
        if "outgoing" not in case:
            p["W2"][0] = [Fraction(0)] * m
            p["b2"][0] = Fraction(-3, 5) if case.endswith("3/5") else Fraction(0)
        if "incoming" not in case:
            p["W3"][0][0] = Fraction(0)
    elif "layer 1" in case:
        p["W1"][1] = list(p["W1"][0])
        if "identical" in case:
            p["b1"][1] = p["b1"][0]
        if "ratio" in case:
            for row in p["W2"]:
                row[1] = 2 * row[0]
    elif "layer 2" in case:
        p["W2"][1] = list(p["W2"][0])
        if "identical" in case:
            p["b2"][1] = p["b2"][0]
    return p


def ball(value: Fraction) -> flint.arb:
    return flint.arb(value.numerator) / value.denominator


def tangent_row(p: dict, x: list[Fraction]) -> list[flint.arb]:
    """The tangent functions at the input x, in balls, in the order W1, b1, W2, b2, W3, b3."""
    xs = [ball(t) for t in x]
    weights = [[ball(c) for c in row] for row in p["W1"]]
    inner = [[ball(c) for c in row] for row in p["W2"]]
    v = [ball(c) for c in p["W3"][0]]
    h = [
        (sum((c * t for c, t in zip(row, xs, strict=True)), ball(b))).tanh()
        for row, b in zip(weights, p["b1"], strict=True)
    ]
    big = [
        (sum((c * t for c, t in zip(row, h, strict=True)), ball(e))).tanh()
        for row, e in zip(inner, p["b2"], strict=True)
    ]
    e = [c * (1 - t * t) for c, t in zip(v, big, strict=True)]
    b = [
        sum((e[j] * inner[j][i] for j in range(len(e))), flint.arb(0)) * (1 - h[i] * h[i])
        for i in range(len(h))
    ]
    return (
        [b[i] * t for i in range(len(h)) for t in xs]
        + b
        + [g * t for g in e for t in h]
        + e
        + big
        + [flint.arb(1)]
    )


def proved_rank(p: dict, bits: int, seed: str) -> int:
    """The size of the largest minor found whose ball excludes zero: a proven lower bound.

    Full-pivot elimination on midpoints selects rows and columns; the determinant of the selection
    is enclosed.
    """
    source = random.Random(seed)
    flint.ctx.prec = bits
    count = sum(len(row) if isinstance(row, list) else 1 for block in p.values() for row in block)
    inputs = [
        [Fraction(source.randint(-4000, 4000), 1024) for _ in p["W1"][0]] for _ in range(count + 5)
    ]
    matrix = [tangent_row(p, x) for x in inputs]
    work = [[entry.mid() for entry in row] for row in matrix]
    rows, columns, chosen_rows, chosen_columns = list(range(len(work))), list(range(count)), [], []
    tiny = flint.arb(2) ** (-(bits * 3) // 5)
    while rows and columns:
        size, i, j = max(
            ((abs(work[i][j]), i, j) for i in rows for j in columns), key=lambda entry: entry[0]
        )
        if not size > tiny:
            break
        chosen_rows.append(i)
        chosen_columns.append(j)
        rows.remove(i)
        columns.remove(j)
        for k in rows:
            factor = work[k][j] / work[i][j]
            for col in columns:
                work[k][col] = (work[k][col] - factor * work[i][col]).mid()
    minor = flint.arb_mat([[matrix[i][j] for j in chosen_columns] for i in chosen_rows])
    if minor.det().contains(0):
        raise ArithmeticError("the minor is not separated from zero: raise the precision")
    return len(chosen_rows)


def digits_rank(p: dict, digits: int, seed: str) -> tuple[int, str, str]:
    """Rank by singular values from values of the network alone, with the two values at the gap."""
    source = random.Random(seed)
    shapes = [
        (name, i, j)
        for name in ("W1", "W2", "W3")
        for i, row in enumerate(p[name])
        for j in range(len(row))
    ]
    shapes += [(name, i, None) for name in ("b1", "b2", "b3") for i in range(len(p[name]))]
    with mpmath.workdps(3 * digits):
        number = {
            name: (
                [[mpmath.mpf(c.numerator) / c.denominator for c in row] for row in block]
                if isinstance(block[0], list)
                else [mpmath.mpf(c.numerator) / c.denominator for c in block]
            )
            for name, block in p.items()
        }

        def value(x: list) -> object:
            layer = x
            for level in "123":
                layer = [
                    number["b" + level][i] + sum(c * t for c, t in zip(row, layer, strict=True))
                    for i, row in enumerate(number["W" + level])
                ]
                if level != "3":
                    layer = [mpmath.tanh(t) for t in layer]
            return layer[0]

        step = mpmath.mpf(10) ** (-digits)
        inputs = [
            [mpmath.mpf(source.randint(-4000, 4000)) / 1024 for _ in p["W1"][0]]
            for _ in range(len(shapes) + 5)
        ]
        columns = []
        for name, i, j in shapes:
            target, key = (number[name][i], j) if j is not None else (number[name], i)
            kept = target[key]
            target[key] = kept + step
            above = [value(x) for x in inputs]
            target[key] = kept - step
            below = [value(x) for x in inputs]
            target[key] = kept
            columns.append([(s - t) / (2 * step) for s, t in zip(above, below, strict=True)])
        singular = sorted(mpmath.svd_r(mpmath.matrix(columns).T, compute_uv=False), reverse=True)
        rank = sum(1 for s in singular if s > mpmath.mpf(10) ** (-digits // 2))
        last = mpmath.nstr(singular[rank - 1], 3)
        following = mpmath.nstr(singular[rank], 3) if rank < len(singular) else ""
        if following and singular[rank] > mpmath.mpf(10) ** (-digits):
            raise ArithmeticError("no clear gap")
        return rank, last, following


def main() -> None:
    rows = []
    for name, (d, m, n) in ARCHITECTURES.items():
        parameters = m * d + m + n * m + n + n + 1
        generic = random_point(d, m, n, name)
        for case, (argument, loss) in LOSSES.items():
            point = degenerate(generic, case)
            expected = parameters - loss(d, m, n)
            small = m == 3
            lower = proved_rank(point, 1000 if small else 3000, case)
            row = {
                "widths": [d, m, n, 1],
                "case": case,
                "parameters": parameters,
                "rank": expected,
                "argument": argument,
                "minor_in_balls": lower,
                "point": {
                    key: [
                        [str(c) for c in line] if isinstance(line, list) else str(line)
                        for line in block
                    ]
                    for key, block in point.items()
                },
            }
            if small:
                rank, last, following = digits_rank(point, 80, case)
                row["singular_values"] = {
                    "digits": 80,
                    "rank": rank,
                    "last": last,
                    "next": following,
                }
                if rank != expected:
                    raise SystemExit(
                        f"{name} {case}: singular values say {rank}, derivation {expected}"
                    )
            if lower != expected:
                raise SystemExit(f"{name} {case}: minor of size {lower}, derivation {expected}")
            print(name, case, expected, row.get("singular_values", ""), flush=True)
            rows.append(row)
    data = {
        "provenance": {
            "system": "python-flint (Arb balls), mpmath",
            "version": f"python-flint {flint.__version__}, mpmath {mpmath.__version__}",
            "script": "tests/golden/scripts/deep_tanh.py",
            "method": (
                "upper bound: the relations of each `argument`; lower bound: a minor of the"
                " Jacobian at rational inputs enclosed away from zero in ball arithmetic; for"
                " widths 2-3-3-1 also singular values at 80 digits"
            ),
            "network": (
                "f = W3 tanh(W2 tanh(W1 x + b1) + b2) + b3, all biases; W_l has a row per unit"
            ),
        },
        "rows": rows,
    }
    target = Path(__file__).parent.parent / "deep_tanh.json"
    target.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
