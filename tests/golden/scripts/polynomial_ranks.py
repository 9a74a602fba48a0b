"""Write polynomial_ranks.json: generic Jacobian ranks of polynomial maps, computed by Macaulay2.

Run `python polynomial_ranks.py` with `M2` on the path. The maps are written out as strings here, in
plain Python; Macaulay2 differentiates them, substitutes random integer parameters and takes the
rank over Q of the coefficient matrix of the tangent polynomials. A rank at a point is a proof that
the generic rank is at least that large. The column `argument` of each row says why it is not
larger.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path

ROWS: list[dict] = []


def row(
    name: str,
    outputs: list[str],
    parameters: list[str],
    inputs: list[str],
    rank: int,
    argument: str,
) -> None:
    ROWS.append(
        {
            "name": name,
            "outputs": outputs,
            "parameters": parameters,
            "inputs": inputs,
            "rank": rank,
            "argument": argument,
        }
    )


def names(letter: str, *sizes: int) -> list[str]:
    """names("w", 2, 3) = w11, w12, ..., w23 (two digits each when a number exceeds 9)."""
    digits = 2 if max(sizes) > 9 else 1
    return [
        letter + "".join(f"{i:0{digits}d}" for i in index)
        for index in itertools.product(*[range(1, n + 1) for n in sizes])
    ]


def block(letter: str, rows: int, columns: int) -> list[list[str]]:
    flat = names(letter, rows, columns)
    return [flat[i * columns : (i + 1) * columns] for i in range(rows)]


def dot(left: list[str], right: list[str]) -> str:
    return " + ".join(f"{p}*{q}" for p, q in zip(left, right, strict=True))


def power_sum(name: str, d: int, k: int, degree: int, rank: int, argument: str) -> None:
    """sum_i (w_i . x)^degree: the Waring map."""
    w, x = block("w", k, d), names("x", d)
    row(
        name,
        [" + ".join(f"({dot(u, x)})**{degree}" for u in w)],
        [c for u in w for c in u],
        x,
        rank,
        argument,
    )


def network(d: int, k: int, degree: int, bias: bool, rank: int, argument: str) -> None:
    w, x, a, b = block("w", k, d), names("x", d), names("a", k), names("b", k)
    inner = [dot(u, x) + (f" + {b[i]}" if bias else "") for i, u in enumerate(w)]
    output = " + ".join(f"{a[i]}*({z})**{degree}" for i, z in enumerate(inner))
    parameters = a + [c for u in w for c in u] + (b if bias else [])
    label = f"two-layer z^{degree}, width {k}, {d} inputs" + (", bias" if bias else "")
    row(label, [output], parameters, x, rank, argument)


def canonical_polyadic(shape: tuple[int, ...], r: int, rank: int, argument: str) -> None:
    """The entries of a sum of r rank-one tensors."""
    factors = [
        [[f"{'abcd'[m]}{i + 1}{j + 1}" for j in range(n)] for i in range(r)]
        for m, n in enumerate(shape)
    ]
    outputs = [
        " + ".join("*".join(factors[m][i][j] for m, j in enumerate(index)) for i in range(r))
        for index in itertools.product(*[range(n) for n in shape])
    ]
    parameters = [c for mode in factors for summand in mode for c in summand]
    row(
        f"CP tensors {'x'.join(map(str, shape))}, rank {r}", outputs, parameters, [], rank, argument
    )


def framework(
    name: str, vertices: int, edges: list[tuple[int, int]], dimension: int, rank: int, argument: str
) -> None:
    """Squared edge lengths; the Jacobian is twice the rigidity matrix."""
    p = block("p", vertices, dimension)
    outputs = [
        " + ".join(f"({s} - {t})**2" for s, t in zip(p[i], p[j], strict=True)) for i, j in edges
    ]
    row(name, outputs, [c for u in p for c in u], [], rank, argument)


def product(
    label: str, dims: list[int], rank: int, argument: str, with_inputs: bool = False
) -> None:
    """W_L ... W_1 with W_l of shape dims[l] x dims[l-1]; as a matrix, or applied to an input
    vector.
    """
    layers = [block("uvw"[index], dims[index + 1], dims[index]) for index in range(len(dims) - 1)]
    total = layers[0]
    for layer in layers[1:]:
        columns = [
            [f"({entry})" if "+" in entry else entry for entry in column]
            for column in zip(*total, strict=True)
        ]
        total = [[dot(line, column) for column in columns] for line in layer]
    parameters = [c for layer in layers for line in layer for c in line]
    if with_inputs:
        x = names("x", dims[0])
        row(
            label,
            [dot([f"({c})" for c in line], x) for line in total],
            parameters,
            x,
            rank,
            argument,
        )
    else:
        row(label, [c for line in total for c in line], parameters, [], rank, argument)


def minors(k: int, n: int, rank: int) -> None:
    a = block("a", k, n)
    outputs = []
    for chosen in itertools.combinations(range(n), k):
        terms = []
        for order in itertools.permutations(range(k)):
            inversions = sum(
                1 for i, j in itertools.combinations(range(k), 2) if order[i] > order[j]
            )
            term = "*".join(a[i][chosen[order[i]]] for i in range(k))
            terms.append(("- " if inversions % 2 else "+ ") + term)
        outputs.append(" ".join(terms).removeprefix("+ "))
    argument = (
        f"affine cone over the Grassmannian Gr({k},{n}) in its Plucker embedding: {k}*({n}-{k})+1"
    )
    row(
        f"Plucker coordinates of a {k}x{n} matrix",
        outputs,
        [c for line in a for c in line],
        [],
        rank,
        argument,
    )


HIRSCHOWITZ = "Alexander-Hirschowitz theorem: "
power_sum(
    "5 fourth powers of ternary forms",
    3,
    5,
    4,
    14,
    HIRSCHOWITZ + "exceptional case (n,d,s)=(2,4,5), 14 and not min(15,15)",
)
power_sum(
    "9 fourth powers in 4 variables",
    4,
    9,
    4,
    34,
    HIRSCHOWITZ + "exceptional case (3,4,9), 34 and not min(36,35)",
)
power_sum(
    "14 fourth powers in 5 variables",
    5,
    14,
    4,
    69,
    HIRSCHOWITZ + "exceptional case (4,4,14), 69 and not min(70,70)",
)
power_sum(
    "7 cubes in 5 variables",
    5,
    7,
    3,
    34,
    HIRSCHOWITZ + "exceptional case (4,3,7), 34 and not min(35,35)",
)
power_sum("4 fourth powers of ternary forms", 3, 4, 4, 12, HIRSCHOWITZ + "regular, min(12,15)")
power_sum("6 fourth powers of ternary forms", 3, 6, 4, 15, HIRSCHOWITZ + "regular, min(18,15)")
power_sum(
    "3 cubes of ternary forms",
    3,
    3,
    3,
    9,
    HIRSCHOWITZ + "regular, min(9,10); the Aronhold hypersurface",
)
power_sum(
    "5 cubes in 4 variables",
    4,
    5,
    3,
    20,
    HIRSCHOWITZ + "regular, min(20,20); Sylvester's pentahedral theorem",
)
power_sum(
    "3 fifth powers of binary forms", 2, 3, 5, 6, HIRSCHOWITZ + "regular, min(6,6); Sylvester"
)
power_sum(
    "2 squares in 4 variables",
    4,
    2,
    2,
    7,
    "symmetric 4x4 matrices of rank 2: 2*4 - 1; O(2) acts on the fibres",
)
power_sum(
    "3 squares in 5 variables",
    5,
    3,
    2,
    12,
    "symmetric 5x5 matrices of rank 3: 3*5 - 3; O(3) acts on the fibres",
)

QUADRATIC = "symmetric matrices of rank at most k: kd - k(k-1)/2"
network(3, 2, 2, False, 5, QUADRATIC)
network(3, 3, 2, False, 6, QUADRATIC)
network(4, 3, 2, False, 9, QUADRATIC)
network(1, 2, 2, True, 3, QUADRATIC + " on the inputs (x, 1), so d = 2")
network(2, 2, 2, True, 5, QUADRATIC + " on the inputs (x, 1), so d = 3")
CUBIC = (
    "scaling of (a_i, w_i) costs one parameter per neuron, the rest is Waring: min(kd, C(d+2,3))"
    " for k <= d"
)
network(2, 2, 3, False, 4, CUBIC)
network(3, 2, 3, False, 6, CUBIC)
network(3, 3, 3, False, 9, CUBIC)
network(2, 3, 4, False, 5, "binary quartics form a space of dimension 5, filled by 3 powers")

SCALING = "each summand has two scalings: "
canonical_polyadic(
    (2, 2, 2), 2, 8, SCALING + "12 - 4 = 8, and tensors of rank 2 are dense in 2x2x2"
)
canonical_polyadic((3, 3, 3), 2, 14, SCALING + "18 - 4, not defective")
canonical_polyadic((3, 3, 3), 3, 21, SCALING + "27 - 6, not defective")
canonical_polyadic(
    (3, 3, 3),
    4,
    26,
    "Strassen: the fourth secant variety of P2xP2xP2 is a hypersurface of degree 9",
)
canonical_polyadic(
    (3, 3, 3), 5, 27, "the generic rank of 3x3x3 tensors is 5, so the image is dense"
)
canonical_polyadic(
    (2, 2, 2, 2), 3, 14, "the third secant variety of P1xP1xP1xP1 has dimension 13, expected 14"
)
canonical_polyadic(
    (2, 2, 4), 3, 15, "unbalanced: the 4x4 flattening has rank at most 3, one equation; expected 16"
)
canonical_polyadic(
    (2, 3, 3), 3, 18, "the generic rank of 2x3x3 tensors is 3, so the image is dense"
)
canonical_polyadic(
    (3, 4, 4), 5, 44, "defective: P2xP3xP3 and 5 points have one condition more than 5*9 = 45"
)

framework("triangular prism in the plane", 6, [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5),
          (0, 3), (1, 4), (2, 5)], 2, 9, "Laman graph: 9 = 2*6 - 3 edges, independent")  # fmt: skip
framework("K_{3,3} in the plane", 6, list(itertools.product(range(3), range(3, 6))), 2, 9,
          "Laman graph: 9 = 2*6 - 3 edges, independent (dependent only on a conic)")  # fmt: skip
framework(
    "K_4 in the plane",
    4,
    list(itertools.combinations(range(4), 2)),
    2,
    5,
    "rigid: 2*4 - 3, one stress",
)
framework(
    "square with no diagonal",
    4,
    [(0, 1), (1, 2), (2, 3), (0, 3)],
    2,
    4,
    "4 independent edges, a mechanism",
)
framework(
    "K_5 in space", 5, list(itertools.combinations(range(5), 2)), 3, 9, "rigid: 3*5 - 6, one stress"
)
octahedron = [e for e in itertools.combinations(range(6), 2) if e not in {(0, 1), (2, 3), (4, 5)}]
framework(
    "octahedron in space",
    6,
    octahedron,
    3,
    12,
    "Cauchy-Dehn: a triangulated sphere is isostatic, 3*6 - 6",
)
banana = [e for e in itertools.combinations(range(5), 2) if e != (0, 1)]
banana += [e for e in itertools.combinations([0, 1, 5, 6, 7], 2) if e != (0, 1)]
framework(
    "double banana in space",
    8,
    banana,
    3,
    17,
    "18 = 3*8 - 6 edges satisfy Maxwell's count, but the bananas hinge about their common pair: one"
    " stress",
)
framework("K_{4,6} in space", 10, list(itertools.product(range(4), range(4, 10))), 3, 24,
          "Bolker-Roth: 24 = 3*10 - 6 edges, independent")  # fmt: skip

MATRIX = "d1*d2 - (d1-r)(d2-r) with r = min(d1, p, d2)"
product("product of two 2x2 matrices", [2, 2, 2], 4, MATRIX)
product("3x2 times 2x3", [3, 2, 3], 8, MATRIX)
product("2x1 times 1x2", [2, 1, 2], 3, MATRIX)
product("4x2 times 2x3", [3, 2, 4], 10, MATRIX)
product("product of three 2x2 matrices", [2, 2, 2, 2], 4, "all 2x2 matrices")
product(
    "3x3 through a bottleneck of 1, three factors", [3, 2, 1, 3], 5, "matrices of rank 1: 3 + 3 - 1"
)
product(
    "deep linear network 3-2-3", [3, 2, 3], 8, "matrices of rank 2: 2*(3+3-2)", with_inputs=True
)
product("deep linear network 2-2-2-1", [2, 2, 2, 1], 2, "all linear forms", with_inputs=True)

minors(2, 4, 5)
minors(2, 5, 7)
minors(3, 6, 10)

row(
    "Veronese surface, degree 2",
    ["s**2", "s*t", "s*u", "t**2", "t*u", "u**2"],
    ["s", "t", "u"],
    [],
    3,
    "finite map: affine cone of dimension 3",
)
row(
    "rational normal quartic",
    ["s**4", "s**3*t", "s**2*t**2", "s*t**3", "t**4"],
    ["s", "t"],
    [],
    2,
    "finite map: affine cone of dimension 2",
)
row(
    "roots to coefficients of a cubic",
    ["p + q + r", "p*q + p*r + q*r", "p*q*r"],
    ["p", "q", "r"],
    [],
    3,
    "determinant (p-q)(p-r)(q-r) is not zero",
)
row(
    "product of two monic quadratics",
    ["(x**2 + a*x + b)*(x**2 + c*x + d)"],
    ["a", "b", "c", "d"],
    ["x"],
    4,
    "determinant = resultant of the factors, not zero",
)
row(
    "product of three ternary linear forms",
    ["(a1*x + a2*y + a3*z)*(b1*x + b2*y + b3*z)*(c1*x + c2*y + c3*z)"],
    [f"{s}{i}" for s in "abc" for i in (1, 2, 3)],
    ["x", "y", "z"],
    7,
    "Chow variety: 3*2 + 1, two scalings",
)
row(
    "monomials of exponent rank 2",
    ["a*b**2", "b*c", "a*b**3*c", "a**2*b**5*c"],
    ["a", "b", "c"],
    [],
    2,
    "rank of the exponent matrix (1,2,0), (0,1,1), (1,3,1), (2,5,1) over Q",
)
row(
    "factor analysis, 5 variables, 2 factors",
    [
        (f"d{i} + " if i == j else "") + f"l{i}1*l{j}1 + l{i}2*l{j}2"
        for i in range(1, 6)
        for j in range(i, 6)
    ],
    [f"l{i}{k}" for i in range(1, 6) for k in (1, 2)] + [f"d{i}" for i in range(1, 6)],
    [],
    14,
    "the pentad is the one equation: 10 - 1 + 5 = 14 of 15",
)
row(
    "Tucker 3x3x3 of multilinear rank (2,2,2)",
    [
        " + ".join(
            f"g{i}{j}{k}*a{p}{i}*b{q}{j}*c{r}{k}" for i in (1, 2) for j in (1, 2) for k in (1, 2)
        )
        for p in (1, 2, 3)
        for q in (1, 2, 3)
        for r in (1, 2, 3)
    ],
    [f"g{i}{j}{k}" for i in (1, 2) for j in (1, 2) for k in (1, 2)]
    + [f"{s}{p}{i}" for s in "abc" for p in (1, 2, 3) for i in (1, 2)],
    [],
    14,
    "2*2*2 + 3*2*(3-2)",
)
row(
    "diagonal network",
    ["(a1**2 - b1**2)*x1 + (a2**2 - b2**2)*x2"],
    ["a1", "a2", "b1", "b2"],
    ["x1", "x2"],
    2,
    "all linear forms",
)
row(
    "deep diagonal network, depth 3",
    ["a1*b1*c1*x1 + a2*b2*c2*x2"],
    ["a1", "a2", "b1", "b2", "c1", "c2"],
    ["x1", "x2"],
    2,
    "all linear forms",
)
row(
    "three parameters and a product",
    ["t0 + t1*x1 + t2*t3*x2"],
    ["t0", "t1", "t2", "t3"],
    ["x1", "x2"],
    3,
    "all affine functions",
)
row("sum of parameters only", ["(t1 + t2)*x"], ["t1", "t2"], ["x"], 1, "one coefficient")
row(
    "deep quadratic network 2-2-2-1",
    [
        "c1*(v11*(u11*x + u12*y)**2 + v12*(u21*x + u22*y)**2)**2 "
        "+ c2*(v21*(u11*x + u12*y)**2 + v22*(u21*x + u22*y)**2)**2"
    ],
    ["u11", "u12", "u21", "u22", "v11", "v12", "v21", "v22", "c1", "c2"],
    ["x", "y"],
    5,
    "binary quartics form a space of dimension 5, filled",
)
row(
    "quadratic network of a quadratic network, 3-1-1",
    ["(v*(u1*x + u2*y + u3*z)**2 + t)**2"],
    ["u1", "u2", "u3", "v", "t"],
    ["x", "y", "z"],
    4,
    "v L^2 + t is unchanged by (L, v) -> (s L, v/s^2)",
)


def macaulay(rows: list[dict], points: int = 3) -> tuple[str, list[int]]:
    lines = ["setRandomSeed 20240229"]
    for entry in rows:
        tags = [f"tag{i}" for i in range(len(entry["outputs"]))]
        variables = entry["parameters"] + entry["inputs"] + tags
        total = " + ".join(f"tag{i}*({f})" for i, f in enumerate(entry["outputs"])).replace(
            "**", "^"
        )
        kept = ",".join(entry["inputs"] + tags)
        values = ",".join(["random(-1000,1000)"] * len(entry["parameters"]))
        lines += [
            f"R = QQ[{','.join(variables)}]",
            f"f = {total}",
            f"J = matrix {{{{{','.join(f'diff({p}, f)' for p in entry['parameters'])}}}}}",
            f"ranks = for i from 1 to {points} list (g = sub(J, matrix {{{{{values},{kept}}}}});",
            f"  rank sub(last coefficients(g, Variables => {{{kept}}}), QQ))",
            'print("RANK " | toString max ranks)',
        ]
    text = "\n".join(lines) + "\nexit 0\n"
    script = Path(__file__).with_name("polynomial_ranks.m2")
    script.write_text(text)
    run = subprocess.run(
        ["M2", "--script", str(script)], capture_output=True, text=True, check=True
    )
    return text, [
        int(line.split()[1]) for line in run.stdout.splitlines() if line.startswith("RANK ")
    ]


def main() -> None:
    version = subprocess.run(
        ["M2", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    _, ranks = macaulay(ROWS)
    for entry, rank in zip(ROWS, ranks, strict=True):
        mark = "" if rank == entry["rank"] else "   <-- DISAGREES"
        print(f"{entry['rank']:3d} {rank:3d}  {entry['name']}{mark}")
        if mark:
            raise SystemExit(1)
    data = {
        "provenance": {
            "system": "Macaulay2",
            "version": version,
            "script": (
                "tests/golden/scripts/polynomial_ranks.py (writes and runs polynomial_ranks.m2)"
            ),
            "method": (
                "rank over Q of the coefficient matrix of the tangent polynomials, the largest over"
                " three random integer points (a proven lower bound for the generic rank); the"
                " upper bound is the argument of each row; both agree for every row"
            ),
            "syntax": (
                "outputs in Python syntax (**); rank = generic dimension of the span of the"
                " derivatives, as polynomials in the inputs (several outputs: as vectors of"
                " polynomials)"
            ),
        },
        "rows": ROWS,
    }
    target = Path(__file__).parent.parent / "polynomial_ranks.json"
    target.write_text(json.dumps(data, indent=1) + "\n")
    print(len(ROWS), "rows")


if __name__ == "__main__":
    main()
