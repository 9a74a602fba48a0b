"""Certificates changed at random, and what the changed ones would have to say, from numbers alone.

`mutant` changes a text that `to_json` wrote: fields, witnesses, the model itself, characters.
`true_rank` reads what a certificate claims to be about and finds its rank with sympy's derivatives
and 80 digits; it shares nothing with the engine.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import sympy
from sympy.core.function import AppliedUndef

Data = dict[str, Any]
Rng = random.Random

ZEROS = ["0", "((z+1)*(z-1)-z**2+1)", "(sin(z)**2+cos(z)**2-1)", "(tanh(2*z)*(1+tanh(z)**2)-2*tanh(z))",
         "(exp(z)*exp(-z)-1)", "(z-z)", "(log(4)-2*log(2))", "(sqrt(8)-2*sqrt(2))"]  # fmt: skip
"""Zero, plain and in disguise; z stands for a coordinate, or for a number at a point."""
NUMBERS = ["0", "1", "-1", "2", "1/2", "-3", "7", "sqrt(2)", "pi", "E", "log(2)", "10**30", "1/10**30",
           "exp(1)", "tanh(1)", "cos(1/3)", "2**(1/3)", "100000007", "3897749"]  # fmt: skip
FUNCTIONS = ["tanh", "sin", "cos", "exp", "sinh", "cosh", "erf", "abs", "relu", "log", "atan",
             "softplus", "sigmoid", "sech", "sign", "Tanh", "s", "Heaviside"]  # fmt: skip


def mutant(rng: Rng, texts: Sequence[str]) -> str:
    """One to three random changes of one of the texts; now and then of its characters."""
    text = rng.choice(texts)
    if rng.random() < 0.06:
        return _scratched(rng, text)
    data = json.loads(text)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        change = rng.choices([c for c, _ in CHANGES], [w for _, w in CHANGES])[0]
        try:
            change(rng, data, texts)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            continue  # another change has taken what this one needs
    return json.dumps(data)


def _scratched(rng: Rng, text: str) -> str:
    i, j = sorted(rng.randrange(len(text)) for _ in range(2))
    match rng.randrange(4):
        case 0:
            return text[:i] + rng.choice('0123456789+-*/()"{}[],:\\ \n\0x') + text[i + 1 :]
        case 1:
            return text[:i] + text[min(j, i + 9) :]
        case 2:
            return text[:i] + text[i : min(j, i + 30)] * 2 + text[min(j, i + 30) :]
        case _:
            return text[:j]


# Changes, each of which keeps the data close to a certificate


def _bounds(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    step = rng.choice((-2, -1, 1, 2))
    for name in rng.choice((["lower"], ["upper"], ["lower", "upper"])):
        data[name] = data[name] + step
    if rng.random() < 0.7:
        data["verdict"] = "PROVED" if data["lower"] == data["upper"] else "OPEN"


def _verdict(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    data["verdict"] = rng.choice(("PROVED", "PROBABLE", "OPEN", "NUMERICAL", "REFUTED"))


def _reason(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    data["reason"] = rng.choice(("parameters", "outputs", "relations", "schwartz-zippel", "lemma"))
    data["error_bound"] = rng.choice((0.0, 1e-12, 1e-9, 0.5, data["error_bound"]))


def _smaller(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    """A smaller rank with a minor that fits it."""
    size = rng.randrange(data["lower"])
    data["lower"] = data["upper"] = size
    data["verdict"] = rng.choice(("PROVED", "PROVED", "PROBABLE"))
    if size == 0:
        data["minor"] = None
    else:
        for name in ("rows", "parameters"):
            data["minor"][name] = data["minor"][name][:size]
    if data["verdict"] == "PROBABLE":
        data |= {"reason": "schwartz-zippel", "error_bound": 1e-10}


def _larger(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    """A larger rank with a minor that fits it."""
    minor = data["minor"]
    others = [p for p in data["model"]["parameters"] if p not in minor["parameters"]]
    minor["parameters"].append(rng.choice(others or minor["parameters"]))
    minor["rows"].append(max(minor["rows"]) + 1)
    data["lower"] += 1
    data["upper"] = max(data["upper"], data["lower"])
    data["verdict"] = "PROVED" if data["lower"] == data["upper"] else "OPEN"
    if rng.random() < 0.5:
        data |= {"reason": "parameters", "relations": []}


def _minor(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    minor = data["minor"]
    match rng.randrange(6):
        case 0:
            minor["prime"] = rng.choice(
                (0, 1, 2, 13, 3897749, 2097169, 2097593, 4194301, minor["prime"])
            )
        case 1:
            minor["key"] = rng.choice((0, 1, -5, 10**30, rng.randrange(2**64)))
        case 2:
            minor["bits"] = rng.choice((0, 64, 128, 4096, 10**9))
            minor["prime"] = rng.choice((0, 1))
        case 3:
            minor["rows"][rng.randrange(len(minor["rows"]))] = rng.randrange(40)
        case 4:
            rng.shuffle(minor["parameters"])
        case _:
            i = rng.randrange(len(minor["parameters"]))
            minor["parameters"][i] = rng.choice(data["model"]["parameters"])


def _relation(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    relations, names = data["relations"], data["model"]["parameters"]
    if rng.random() < 0.3 or not relations:
        relations.append(_made_up(rng, data))
        if rng.random() < 0.8:
            data["upper"] -= 1
            data["reason"] = "relations"
        return
    relation = rng.choice(relations)
    match rng.randrange(6):
        case 0:
            relations.remove(relation)
        case 1:
            relations.append(copy.deepcopy(relation))
        case 2:
            relation["parameter"] = rng.choice(names)
        case 3:
            name = rng.choice([*relation["coefficients"], rng.choice(names)])
            relation["coefficients"][name] = _coefficient(rng, data)
        case 4:
            factor = _coefficient(rng, data)
            relation["coefficients"] = {
                n: f"({factor})*({c})" for n, c in relation["coefficients"].items()
            }
        case _:
            del relation["coefficients"][rng.choice(list(relation["coefficients"]))]


def _cover(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    """A smaller rank with as many relations as it needs, one for each parameter outside the minor."""
    size = rng.randrange(data["lower"])
    kept = data["minor"]["parameters"][:size]
    relations = []
    for name in data["subset"] or data["model"]["parameters"]:
        if name not in kept:
            others = rng.sample(kept, min(len(kept), rng.randint(0, 2)))
            terms = {n: _coefficient(rng, data) for n in (name, *others)}
            relations.append({"parameter": name, "coefficients": terms})
    data["minor"] = data["minor"] | {"rows": data["minor"]["rows"][:size], "parameters": kept}
    data |= {
        "lower": size,
        "upper": size,
        "verdict": "PROVED",
        "reason": "relations",
        "relations": relations,
    }
    if not size:
        data["minor"] = None


def _made_up(rng: Rng, data: Data) -> Data:
    names = data["model"]["parameters"]
    chosen = rng.sample(names, min(len(names), rng.randint(1, 3)))
    return {"parameter": chosen[0], "coefficients": {n: _coefficient(rng, data) for n in chosen}}


def _coefficient(rng: Rng, data: Data) -> str:
    z = rng.choice(data["coordinates"] or NUMBERS[:7])
    zero = re.sub(r"\bz\b", f"({z})", rng.choice(ZEROS))
    number = rng.choice([*NUMBERS, *data["coordinates"], "1", "-1"])
    return rng.choice((number, number, zero, f"1/{zero}", f"-{number}/{zero}", f"{number}+{zero}",
                       f"{zero}/{zero}", f"exp(1/{zero})", f"log({zero})", f"({number})**2-1"))  # fmt: skip


def _value(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    names = list(data["values"]) or data["model"]["parameters"]
    name = rng.choice(names)
    values = [*NUMBERS, *data["values"].values(), *data["coordinates"]]
    data["values"][name] = rng.choice(values)
    if rng.random() < 0.2:
        z = rng.choice(data["coordinates"] or ["2"])
        data["values"][name] = re.sub(r"\bz\b", f"({z})", rng.choice(ZEROS))


def _output(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    outputs, model = data["model"]["outputs"], data["model"]
    i = rng.randrange(len(outputs))
    names = [*model["parameters"], *model["inputs"]]
    match rng.randrange(6):
        case 0:
            found = re.findall(r"[a-zA-Z_]\w*(?=\()", outputs[i])
            old, new = rng.choice(found), rng.choice(FUNCTIONS)
            outputs[i] = re.sub(rf"\b{old}\(", f"{new}(", outputs[i], count=rng.choice((0, 1)))
            if rng.random() < 0.3:
                model["functions"] = sorted({*model["functions"], new})
        case 1:
            old, new = rng.sample(names, 2)
            outputs[i] = re.sub(rf"\b{old}\b", new, outputs[i], count=rng.choice((0, 1)))
        case 2:
            z = rng.choice(names)
            zero = re.sub(r"\bz\b", f"({z})", rng.choice(ZEROS))
            outputs[i] = rng.choice((f"({outputs[i]})*{zero}", f"({outputs[i]})/{zero}",
                                     f"{outputs[i]}+{z}/{zero}", f"{outputs[i]}+{zero}"))  # fmt: skip
        case 3:
            outputs[i] = re.sub(r"\d+", lambda m: str(int(m[0]) + rng.choice((-1, 1))), outputs[i])
        case 4:
            f = rng.choice(FUNCTIONS[:12])
            outputs[i] += f"+{rng.choice(names)}*{f}({rng.choice(NUMBERS)}*{rng.choice(names)})"
        case _:
            outputs.insert(i, rng.choice([*outputs, rng.choice(names)]))


def _frame(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    model = data["model"]
    match rng.randrange(7):
        case 0:
            size = rng.randint(1, len(model["parameters"]))
            data["subset"] = rng.choice((None, rng.sample(model["parameters"], size)))
        case 1:
            data["region"] = rng.choice((None, [rng.choice(NUMBERS[:7]) for _ in model["inputs"]]))
        case 2:
            data["seed"] = rng.choice((0, 1, 7, -1, 2**70))
        case 3:
            data["hypotheses"] = rng.choice(([], ["pi"], ["log(2)"], [data["reason"]]))
        case 4:
            data["coordinates"] = rng.sample(model["parameters"], min(2, len(model["parameters"])))
        case 5:
            model["parameters"], model["inputs"] = (
                model["parameters"] + model["inputs"][:1],
                model["inputs"][1:],
            )
        case _:
            model["assumptions"] = {rng.choice(model["parameters"]): {"positive": True}}


def _splice(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    other = json.loads(rng.choice(texts))
    for name in rng.sample(sorted(data), rng.randint(1, 3)):
        data[name] = other[name]


def _type(rng: Rng, data: Data, texts: Sequence[str]) -> None:
    table = rng.choice([data, data["model"], data["minor"], *data["relations"]])
    name = rng.choice(sorted(table))
    table[name] = rng.choice(
        (None, True, 1, -1, 10**400, 1.5, "", "x", [], [1], ["a"], {}, {"a": "1"}, [[]])
    )


CHANGES: Sequence[tuple[Callable[[Rng, Data, Sequence[str]], None], int]] = (
    (_bounds, 6), (_verdict, 2), (_reason, 4), (_smaller, 10), (_larger, 10), (_minor, 10), (_relation, 24),
    (_cover, 10), (_value, 12), (_output, 12), (_frame, 8), (_splice, 5), (_type, 4),
)  # fmt: skip


# What is true


def true_rank(
    chart: Any,
    subset: Sequence[int] | None = None,
    region: Sequence[Any] | None = None,
    *,
    seed: int = 0,
    digits: int = 80,
) -> int | None:
    """The rank of sampled tangent functions in 80 digits, or None where these leave a doubt.

    Unspecified functions become an entire function without symmetry. With a region the inputs stay
    within 10^-4 of it.
    """
    rng = random.Random(seed)
    model = chart.model
    coordinates = {
        c: sympy.Rational(rng.randint(200, 900), rng.randint(300, 700)) for c in chart.coordinates
    }
    values = {p: v.xreplace(coordinates) for p, v in chart.values.items()}
    outputs = [_specific(o) for o in model.outputs]
    chosen = [p for i, p in enumerate(model.parameters) if subset is None or i in subset]
    try:
        functions = [
            sympy.lambdify(
                (model.inputs,),
                [sympy.diff(o, p).subs(values) for p in chosen],
                [_MPMATH, "mpmath"],
            )
            for o in outputs
        ]
    except (ValueError, NotImplementedError):  # derivatives of |z| for complex z
        return None
    with mpmath.workdps(digits):
        rows: list[list[Any]] = []
        wanted = 3 * len(chosen) + 12 if model.inputs else 1
        for attempt in range(6 * wanted):
            if len(rows) >= wanted * max(1, len(outputs)):
                break
            scale = (1, 3, 1, 20, 1, 30_000)[attempt % 6]
            point = [mpmath.mpf(rng.randint(-999, 999)) / 500 * scale for _ in model.inputs]
            if region is not None:
                point = [
                    mpmath.mpf(int(v.numerator)) / int(v.denominator) + e / 10_000 / scale
                    for v, e in zip(region, point)
                ]
            rows += [row for f in functions if (row := _real(f, point)) is not None]
        return (
            _numerical_rank(rows, len(chosen))
            if len(rows) >= min(wanted, 2 * len(chosen))
            else None
        )


def _specific(expression: sympy.Expr) -> sympy.Expr:
    def known(e: Any) -> sympy.Expr:
        z, k = e.args[0], 1 + sum(map(ord, e.func.__name__)) % 7
        return sympy.exp(z / 5) * sympy.cos(z + k) + z**3 * sympy.sin(z / (2 + k)) / 7 + z / k

    return expression.replace(lambda e: isinstance(e, AppliedUndef), known)


_MPMATH: Mapping[str, Any] = {
    "Heaviside": lambda z, at=0.5: mpmath.mpf(at) if z == 0 else mpmath.mpf(z > 0),
    "DiracDelta": lambda *z: mpmath.mpf(0),
    "Max": max, "Min": min, "Abs": abs, "sign": mpmath.sign,
}  # fmt: skip


def _real(
    function: Callable[[Sequence[Any]], Sequence[Any]], point: Sequence[Any]
) -> list[Any] | None:
    try:
        row = [+mpmath.mpmathify(v) for v in function(point)]
    except (ValueError, TypeError, ZeroDivisionError, OverflowError, NameError, ArithmeticError):
        return None
    if not all(isinstance(v, mpmath.mpf) and mpmath.isfinite(v) for v in row):
        return None
    largest = max(map(abs, row), default=0)
    if largest > mpmath.mpf(10) ** 12:
        return None  # digits are lost beside such a number
    if largest < mpmath.mpf(10) ** -50:
        return [mpmath.mpf(0)] * len(row)
    return [v / largest for v in row]


def _numerical_rank(rows: Sequence[Sequence[Any]], width: int) -> int | None:
    if not rows:
        return 0
    matrix = mpmath.matrix(rows)
    for j in range(width):
        largest = max(abs(matrix[i, j]) for i in range(matrix.rows))
        if largest > mpmath.mpf(10) ** -50:
            for i in range(matrix.rows):
                matrix[i, j] /= largest
    found = mpmath.svd_r(matrix, compute_uv=False)
    sizes = [s / found[0] for s in found] if found[0] > mpmath.mpf(10) ** -50 else []
    rank = sum(1 for s in sizes if s > mpmath.mpf(10) ** -25)
    doubtful = any(mpmath.mpf(10) ** -50 < s < mpmath.mpf(10) ** -18 for s in sizes)
    return None if doubtful else rank
