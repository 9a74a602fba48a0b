"""Polynomial models with at most six parameters, and the way to ask Macaulay2 about them."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import sympy

# From the name of a model to its outputs, parameters and inputs.
MODELS: dict[str, tuple[list[str], str, str]] = {
    "three affine coefficients, one a product": (["t0 + t1*x1 + t2*t3*x2"], "t0 t1 t2 t3", "x1 x2"),
    "1x2 times 2x1": (["a1*b1 + a2*b2"], "a1 a2 b1 b2", ""),
    "2x1 times 1x2": (["a1*b1", "a1*b2", "a2*b1", "a2*b2"], "a1 a2 b1 b2", ""),
    "2x2 times 2x1": (["a11*b1 + a12*b2", "a21*b1 + a22*b2"], "a11 a12 a21 a22 b1 b2", ""),
    "3x1 times 1x3": (
        [f"a{i}*b{j}" for i in (1, 2, 3) for j in (1, 2, 3)],
        "a1 a2 a3 b1 b2 b3",
        "",
    ),
    "lower times upper triangular, 2x2": (
        ["l11*u11", "l11*u12", "l21*u11", "l21*u12 + l22*u22"],
        "l11 l21 l22 u11 u12 u22",
        "",
    ),
    "scalar chain of three": (["a*b*c*x"], "a b c", "x"),
    "diagonal, two coordinates": (
        ["(a1**2 - b1**2)*x1 + (a2**2 - b2**2)*x2"],
        "a1 a2 b1 b2",
        "x1 x2",
    ),
    "deep diagonal, depth 3, two coordinates": (
        ["a1*b1*c1*x1 + a2*b2*c2*x2"],
        "a1 a2 b1 b2 c1 c2",
        "x1 x2",
    ),
    "quadratic network, two units, one input": (
        ["a1*(w1*x)**2 + a2*(w2*x)**2"],
        "a1 a2 w1 w2",
        "x",
    ),
    "quadratic network, two units, two inputs": (
        ["a1*(w11*x1 + w12*x2)**2 + a2*(w21*x1 + w22*x2)**2"],
        "a1 a2 w11 w12 w21 w22",
        "x1 x2",
    ),
    "squares of two linear forms in two inputs": (
        ["(w11*x1 + w12*x2)**2 + (w21*x1 + w22*x2)**2"],
        "w11 w12 w21 w22",
        "x1 x2",
    ),
    "squares of two linear forms in three inputs": (
        ["(w11*x1 + w12*x2 + w13*x3)**2 + (w21*x1 + w22*x2 + w23*x3)**2"],
        "w11 w12 w13 w21 w22 w23",
        "x1 x2 x3",
    ),
    "cubic network, two units, one input": (["a1*(w1*x)**3 + a2*(w2*x)**3"], "a1 a2 w1 w2", "x"),
    "cubic network, two units, two inputs": (
        ["a1*(w11*x1 + w12*x2)**3 + a2*(w21*x1 + w22*x2)**3"],
        "a1 a2 w11 w12 w21 w22",
        "x1 x2",
    ),
    "cubes of two linear forms in two inputs": (
        ["(w11*x1 + w12*x2)**3 + (w21*x1 + w22*x2)**3"],
        "w11 w12 w21 w22",
        "x1 x2",
    ),
    "quadratic network with bias, one unit, one input": (["a*(w*x + b)**2"], "a w b", "x"),
    "product of a quadratic and a linear factor": (["(x**2 + a*x + b)*(x + c)"], "a b c", "x"),
    "product of two monic quadratics": (["(x**2 + a*x + b)*(x**2 + c*x + d)"], "a b c d", "x"),
    "roots to coefficients of a cubic": (["(x - p)*(x - q)*(x - r)"], "p q r", "x"),
    "cusp": (["(a**3 + a*b)*x1 + b*x2"], "a b", "x1 x2"),
    "circle": (["c*x1 + (a**2 + b**2 - 1)**2*x2"], "a b c", "x1 x2"),
}


def m2_setup(name: str) -> list[str]:
    """Macaulay2 lines that leave the parameter ring R and the matrix J (a row per coefficient)
    behind.
    """
    outputs, parameters, inputs = MODELS[name]
    theta, x = parameters.split(), inputs.split()
    tags = [f"tag{i}" for i in range(len(outputs))]
    kept = ",".join(x + tags)
    total = " + ".join(f"tag{i}*({f})" for i, f in enumerate(outputs)).replace("**", "^")
    return [
        f"S = QQ[{','.join(theta + x + tags)}]",
        f"total = {total}",
        f"derivatives = matrix {{{{{','.join(f'diff({p}, total)' for p in theta)}}}}}",
        f"JS = last coefficients(derivatives, Variables => {{{kept}}})",
        f"CS = last coefficients(matrix {{{{total}}}}, Variables => {{{kept}}})",
        f"MS = first coefficients(matrix {{{{total}}}}, Variables => {{{kept}}})",
        f"R = QQ[{','.join(theta)}]",
        "J = sub(JS, R)",
        "C = sub(CS, R)",
        'written = I -> concatenate between(";", apply(flatten entries gens I, toString))',
        "containedIn = (I, P) -> all(flatten entries gens I, g -> g % P == 0)",
    ]


def run_m2(script: Path, lines: list[str]) -> list[list[str]]:
    """Run Macaulay2 on a script; return the fields of the lines it printed with a leading
    "OUT|".
    """
    script.write_text("\n".join([*lines, "exit 0"]) + "\n")
    run = subprocess.run(
        ["M2", "--script", str(script)], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(run.stderr[-2000:])
    return [line.split("|")[1:] for line in run.stdout.splitlines() if line.startswith("OUT|")]


def m2_version() -> str:
    return subprocess.run(
        ["M2", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()


def polynomials(field: str) -> list[str]:
    """The generators Macaulay2 printed, in Python syntax; the zero ideal gives the empty list."""
    return [p.replace("^", "**") for p in field.split(";") if p not in ("", "0")]


def functions(generators: list[str], parameters: list[str]):
    """Evaluate the generators, and their Jacobian, at integer points."""
    symbols = [sympy.Symbol(p) for p in parameters]
    parsed = [
        sympy.parse_expr(g, local_dict=dict(zip(parameters, symbols, strict=True)))
        for g in generators
    ]
    values = sympy.lambdify([symbols], parsed)
    slopes = sympy.lambdify([symbols], [[sympy.diff(p, s) for s in symbols] for p in parsed])
    return values, slopes


def integer_points(size: int) -> list[tuple[int, ...]]:
    """Points with small integer entries, nearest to generic first: all of them for few
    parameters.
    """
    radius = 6 if size <= 3 else 4 if size == 4 else 2
    values = sorted(range(-radius, radius + 1), key=lambda v: (-min(abs(v), 3), v))
    return list(itertools.product(values, repeat=size))


def is_linear(generators: list[str], parameters: list[str]) -> bool:
    """Whether a radical prime ideal, given by reduced generators, is generated by linear forms."""
    symbols = [sympy.Symbol(p) for p in parameters]
    known = dict(zip(parameters, symbols, strict=True))
    return all(
        sympy.Poly(sympy.parse_expr(g, local_dict=known), symbols).total_degree() <= 1
        for g in generators
    )


def smooth_point(
    generators: list[str], parameters: list[str], codimension: int, avoid: list[list[str]]
) -> list[int] | None:
    """An integer point of V(generators), outside V of each ideal in `avoid`, where the generators
    have a Jacobian of rank `codimension`: there the real points form a manifold of the same
    dimension as the complex ones.
    """
    values, slopes = functions(generators, parameters)
    others = [functions(ideal, parameters)[0] for ideal in avoid]
    for point in integer_points(len(parameters)):
        if any(v != 0 for v in values(point)):
            continue
        if any(all(v == 0 for v in other(point)) for other in others):
            continue
        if not generators or sympy.Matrix(slopes(point)).rank() == codimension:
            return list(point)
    return None


def any_point(generators: list[str], parameters: list[str]) -> list[int] | None:
    """An integer point of V(generators)."""
    values, _ = functions(generators, parameters)
    for point in integer_points(len(parameters)):
        if all(v == 0 for v in values(point)):
            return list(point)
    return None
