"""Closed-form ranks, written down once more from the mathematics and from nothing else.

Nothing here imports `rankstrat`. Every function takes plain numbers (`int` or `Fraction`) and
returns the dimension of the span of the tangent functions dF/dtheta_i (theta)(.), as functions on
all of R^d. There are three roads:

1. *Formulas*: one function per closed formula of the theory (`rank_odd`, `rank_tanh_bias`,
`rank_relu`, ...).
2. *Coordinates*: `tied_rank` writes each tangent function in a basis that is independent by the
   independence lemma of the activation and takes an exact rank over Q.
3. *Numbers*: `independent_rank` knows only how to evaluate the model. It differentiates numerically
   with far more digits than it trusts, samples inputs, and reads the rank off the singular values,
   refusing an answer without a gap.

The words of the formulas, for neurons (a_i, w_i): the *class* of w is {w, -w}; a class is *active*
when some neuron in it has a != 0.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath

Vector = tuple[Fraction, ...]


# exact linear algebra over Q
def exact_rank(rows: Sequence[Sequence]) -> int:
    """Rank over Q by Gaussian elimination with Fractions."""
    work = [[Fraction(value) for value in row] for row in rows]
    rank = 0
    for column in range(len(work[0]) if work else 0):
        pivot = next((i for i in range(rank, len(work)) if work[i][column] != 0), None)
        if pivot is None:
            continue
        work[rank], work[pivot] = work[pivot], work[rank]
        for i in range(rank + 1, len(work)):
            if work[i][column] != 0:
                factor = work[i][column] / work[rank][column]
                work[i] = [x - factor * y for x, y in zip(work[i], work[rank], strict=True)]
        rank += 1
    return rank


def sparse_rank(vectors: Sequence[dict]) -> int:
    """Rank of vectors given as {coordinate name: value}."""
    names = sorted({name for vector in vectors for name in vector}, key=repr)
    return exact_rank([[vector.get(name, 0) for name in names] for vector in vectors])


def _vectors(w: Sequence) -> list[Vector]:
    """Weights as tuples of Fractions; a plain number is a vector of dimension 1."""
    return [
        tuple(Fraction(c) for c in (row if isinstance(row, (tuple, list)) else (row,))) for row in w
    ]


def _is_zero(v: Vector) -> bool:
    return all(c == 0 for c in v)


def _sign_and_representative(v: Vector) -> tuple[int, Vector]:
    """v = sign * representative, with the first nonzero entry of the representative positive."""
    leading = next(c for c in v if c != 0)
    return (1, v) if leading > 0 else (-1, tuple(-c for c in v))


def _classes(v: Sequence[Vector]) -> set[Vector]:
    return {_sign_and_representative(u)[1] for u in v}


def _has_antipodal_pair(v: Sequence[Vector]) -> bool:
    present = set(v)
    return any(tuple(-c for c in u) in present for u in present)


# two layers, no bias: sum_i a_i sigma(w_i . x)
def rank_odd(a: Sequence, w: Sequence) -> int:
    """Odd, sigma'(0) != 0, not a polynomial (tanh, arctan, erf, sin): C + d (C_a + Z_a)."""
    v = _vectors(w)
    nonzero = [u for u in v if not _is_zero(u)]
    active = [u for u, out in zip(v, a, strict=True) if out != 0 and not _is_zero(u)]
    zero_active = any(_is_zero(u) and out != 0 for u, out in zip(v, a, strict=True))
    return len(_classes(nonzero)) + len(v[0]) * (len(_classes(active)) + zero_active)


def rank_odd_flat(a: Sequence, w: Sequence) -> int:
    """Odd, sigma'(0) = 0, not a polynomial (z^2 tanh z): C + d C_a."""
    v = _vectors(w)
    nonzero = [u for u in v if not _is_zero(u)]
    active = [u for u, out in zip(v, a, strict=True) if out != 0 and not _is_zero(u)]
    return len(_classes(nonzero)) + len(v[0]) * len(_classes(active))


def rank_even(a: Sequence, w: Sequence, *, value_at_zero: bool) -> int:
    """Even, not a polynomial (z tanh z, cosh): C + Z [sigma(0) != 0] + d C_a."""
    zero = any(_is_zero(u) for u in _vectors(w))
    return rank_odd_flat(a, w) + int(zero and value_at_zero)


def rank_generic(
    a: Sequence, w: Sequence, *, value_at_zero: bool = True, slope_at_zero: bool = True
) -> int:
    """Odd and even part both not polynomials (exp, tanh(. + b0)).

    S + Z [sigma(0) != 0] + d (S_a + Z_a [sigma'(0) != 0]), with S the number of distinct nonzero
    weights.
    """
    v = _vectors(w)
    nonzero = {u for u in v if not _is_zero(u)}
    active = {u for u, out in zip(v, a, strict=True) if out != 0 and not _is_zero(u)}
    zero = any(_is_zero(u) for u in v)
    zero_active = any(_is_zero(u) and out != 0 for u, out in zip(v, a, strict=True))
    return (
        len(nonzero)
        + int(zero and value_at_zero)
        + len(v[0]) * (len(active) + int(zero_active and slope_at_zero))
    )


def rank_sigmoid(a: Sequence, w: Sequence) -> int:
    """Sigmoid = 1/2 + odd: C + max(Z, A) + d (C_a + Z_a), with A = 1 if v and -v both occur."""
    v = _vectors(w)
    zero = any(_is_zero(u) for u in v)
    pair = _has_antipodal_pair([u for u in v if not _is_zero(u)])
    return rank_odd(a, w) + int(zero or pair)


# two layers with bias: sum_i a_i sigma(w_i . x + b_i) (+ c)
def _bias_classes(a: Sequence, w: Sequence, b: Sequence) -> tuple[list[Vector], int, int, int]:
    """Extended weights (w, b) with w != 0; their number of classes, of active classes; the input
    dimension.
    """
    v = _vectors(w)
    extended = [(*u, Fraction(bias)) for u, bias in zip(v, b, strict=True) if not _is_zero(u)]
    active = [
        (*u, Fraction(bias))
        for u, bias, out in zip(v, b, a, strict=True)
        if not _is_zero(u) and out != 0
    ]
    return extended, len(_classes(extended)), len(_classes(active)), len(v[0])


def rank_tanh_bias(a: Sequence, w: Sequence, b: Sequence, *, output_bias: bool = False) -> int:
    """tanh with hidden bias: C + (d+1) C_a + const + d lin.

    const = 1 if some w = 0 with b != 0 or a != 0, or with an output bias; lin = 1 if some w = 0
    with a != 0.
    """
    _, classes, active, d = _bias_classes(a, w, b)
    dead = [(out, bias) for out, u, bias in zip(a, _vectors(w), b, strict=True) if _is_zero(u)]
    const = output_bias or any(bias != 0 or out != 0 for out, bias in dead)
    lin = any(out != 0 for out, _ in dead)
    return classes + (d + 1) * active + int(const) + d * int(lin)


def rank_sigmoid_bias(a: Sequence, w: Sequence, b: Sequence, *, output_bias: bool = False) -> int:
    """Sigmoid with hidden bias: const = 1 iff some w = 0, or (w, b) and (-w, -b) both occur; lin as
    for tanh.
    """
    extended, classes, active, d = _bias_classes(a, w, b)
    dead = [out for out, u in zip(a, _vectors(w), strict=True) if _is_zero(u)]
    const = output_bias or bool(dead) or _has_antipodal_pair(extended)
    return classes + (d + 1) * active + int(const) + d * int(any(out != 0 for out in dead))


def rank_z_tanh_bias(a: Sequence, w: Sequence, b: Sequence, *, output_bias: bool = False) -> int:
    """z tanh z with hidden bias: const = 1 iff some w = 0, b != 0; lin = 1 iff some w = 0, a != 0,
    b != 0.
    """
    _, classes, active, d = _bias_classes(a, w, b)
    dead = [(out, bias) for out, u, bias in zip(a, _vectors(w), b, strict=True) if _is_zero(u)]
    const = output_bias or any(bias != 0 for _, bias in dead)
    lin = any(out != 0 and bias != 0 for out, bias in dead)
    return classes + (d + 1) * active + int(const) + d * int(lin)


def rank_exp_bias(a: Sequence, w: Sequence, b: Sequence, *, output_bias: bool = False) -> int:
    """exp with hidden bias. exp(w.x + b) is a multiple of exp(w.x), so the bias only rescales: with
    S the number of distinct w (zero included) and S_a the number carried by some a != 0, the span
    is that of exp(w.x) for all w and x_t exp(w.x) for the active ones: S + d S_a, plus one for an
    output bias unless w = 0 occurs.
    """
    v = _vectors(w)
    distinct = set(v)
    active = {u for u, out in zip(v, a, strict=True) if out != 0}
    constant = any(_is_zero(u) for u in distinct)
    return len(distinct) + len(v[0]) * len(active) + int(output_bias and not constant)


# the general algorithm: neurons with linearly tied input weights
@dataclass(frozen=True)
class Sigma:
    """An activation q + N: q a polynomial (coefficients in ascending order), N neither polynomial
    nor linked to it.

    `parity` is that of N: 0 even, 1 odd, None for no parity (then q = 0 and N = sigma). `value(b)`
    and `slope(b)` say whether sigma(b), sigma'(b) are nonzero. `slope_at_zero` is sigma'(0) up to a
    common factor of all units, and exactly sigma'(0) when q has a linear term.
    """

    name: str
    parity: int | None
    value: Callable[[Fraction], bool]
    slope: Callable[[Fraction], bool]
    q: tuple[Fraction, ...] = ()
    slope_at_zero: Fraction = Fraction(1)


def _always(_: Fraction) -> bool:
    return True


def _nonzero(b: Fraction) -> bool:
    return b != 0


HALF = Fraction(1, 2)
SIGMAS = {
    "tanh": Sigma("tanh", 1, _nonzero, _always),
    "z^2 tanh z": Sigma("z^2 tanh z", 1, _nonzero, _nonzero, slope_at_zero=Fraction(0)),
    "z tanh z": Sigma("z tanh z", 0, _nonzero, _nonzero, slope_at_zero=Fraction(0)),
    "cosh": Sigma("cosh", 0, _always, _nonzero, slope_at_zero=Fraction(0)),
    "exp": Sigma("exp", None, _always, _always),
    "tanh(z+1/2)": Sigma("tanh(z+1/2)", None, lambda b: b != -HALF, _always),
    "sigmoid": Sigma("sigmoid", 1, _always, _always, q=(HALF,)),
    "softplus": Sigma("softplus", 0, _always, _always, q=(Fraction(0), HALF), slope_at_zero=HALF),
    # sigma'(b) = 0 for swish and gelu only at one number near -1.28 resp. -0.75, which is not
    # rational
    "swish": Sigma("swish", 0, _nonzero, _always, q=(Fraction(0), HALF), slope_at_zero=HALF),
    "gelu": Sigma("gelu", 0, _nonzero, _always, q=(Fraction(0), HALF), slope_at_zero=HALF),
}


def _polynomial_of_form(
    coefficients: Sequence[Fraction], form: dict[tuple, Fraction]
) -> dict[tuple, Fraction]:
    """sum_k c_k L^k for an affine form L, as {exponent-sorted tuple of variable names:
    coefficient}.
    """
    total: dict[tuple, Fraction] = {}
    power: dict[tuple, Fraction] = {(): Fraction(1)}
    for coefficient in coefficients:
        for name, value in power.items():
            total[name] = total.get(name, Fraction(0)) + coefficient * value
        following: dict[tuple, Fraction] = {}
        for (m1, c1), (m2, c2) in itertools.product(power.items(), form.items()):
            name = tuple(sorted(m1 + m2))
            following[name] = following.get(name, Fraction(0)) + c1 * c2
        power = following
    return total


def tied_rank(
    a: Sequence,
    maps: Sequence,
    kappa: Sequence,
    sigma: Sigma,
    *,
    bias: bool = False,
    output_bias: bool = False,
) -> int:
    """Rank of sum_n a_n sigma((A_n kappa) . x), parameters a and kappa, in exact coordinates.

    `maps[n]` is the matrix A_n (rows: input coordinates, columns: parameters kappa). With
    `bias=True` the last row of each A_n acts on the constant input 1, so its entry of A_n kappa is
    the bias of neuron n.

    Coordinates: N(rep.x) for each class, N'(rep.x) x_t for each class and t, and monomials. A
    neuron whose weights on the inputs all vanish is a constant and contributes monomials only.
    """
    rows, columns = len(maps[0]), len(kappa)
    variable: list[tuple] = [(t,) for t in range(rows)]
    if bias:
        variable[-1] = ()
    by_output: list[dict] = []
    by_kappa: list[dict] = [{} for _ in range(columns)]
    constant_biases: list[set] = [set() for _ in range(columns)]
    live: list[bool] = [False] * columns

    def add(vector: dict, name: object, value: Fraction) -> None:
        vector[name] = vector.get(name, Fraction(0)) + value

    for out, matrix in zip(a, maps, strict=True):
        u = tuple(
            sum(Fraction(matrix[t][s]) * Fraction(kappa[s]) for s in range(columns))
            for t in range(rows)
        )
        inputs, shift = (u[:-1], u[-1]) if bias else (u, Fraction(0))
        touched = [s for s in range(columns) if any(matrix[t][s] != 0 for t in range(rows))]
        vector: dict = {}
        if _is_zero(inputs):
            if sigma.value(shift):
                add(vector, ("x", ()), Fraction(1))
            factor = sigma.slope_at_zero if shift == 0 else Fraction(int(sigma.slope(shift)))
            for s in touched if out != 0 else ():
                constant_biases[s].add(shift)
                for t in range(rows):
                    add(
                        by_kappa[s],
                        ("x", variable[t]),
                        Fraction(out) * factor * Fraction(matrix[t][s]),
                    )
        else:
            sign, representative = (1, u) if sigma.parity is None else _sign_and_representative(u)
            odd = sigma.parity == 1
            form: dict[tuple, Fraction] = {}
            for t in range(rows):
                form[variable[t]] = form.get(variable[t], Fraction(0)) + u[t]
            add(vector, ("N", representative), Fraction(sign if odd else 1))
            for name, value in _polynomial_of_form(sigma.q, form).items():
                add(vector, ("x", name), value)
            derivative = _polynomial_of_form([k * c for k, c in enumerate(sigma.q)][1:], form)
            for s in touched if out != 0 else ():
                live[s] = True
                for t in range(rows):
                    weight = Fraction(out) * Fraction(matrix[t][s])
                    if weight:
                        add(by_kappa[s], ("N'", representative, t), weight * (1 if odd else sign))
                        for name, value in derivative.items():
                            add(
                                by_kappa[s],
                                ("x", tuple(sorted(name + variable[t]))),
                                weight * value,
                            )
        by_output.append(vector)
    for s in range(columns):
        if bias and (len(constant_biases[s]) > 1 or (constant_biases[s] and live[s])):
            raise NotImplementedError(
                "a parameter shared by constant neurons needs the values sigma'(b) themselves"
            )
    constants = [{("x", ()): Fraction(1)}] if output_bias else []
    return sparse_rank(by_output + by_kappa + constants)


def free_maps(width: int, dimension: int) -> list[list[list[int]]]:
    """The maps A_n of an untied layer: neuron n owns the parameters n*dimension, ...,
    (n+1)*dimension - 1.
    """
    return [
        [[int(s == n * dimension + t) for s in range(width * dimension)] for t in range(dimension)]
        for n in range(width)
    ]


def coordinate_rank(
    a: Sequence, w: Sequence, sigma: Sigma, b: Sequence | None = None, **kwargs
) -> int:
    """`tied_rank` for a two-layer network without tying."""
    v = _vectors(w)
    if b is not None:
        v = [(*u, Fraction(bias)) for u, bias in zip(v, b, strict=True)]
    kappa = [c for u in v for c in u]
    return tied_rank(a, free_maps(len(v), len(v[0])), kappa, sigma, bias=b is not None, **kwargs)


def rank_monomial(a: Sequence, w: Sequence, degree: int, b: Sequence | None = None) -> int:
    """sigma(z) = z^degree: exact rank in the monomial basis."""
    rows: list[dict] = []
    for i, u in enumerate(_vectors(w)):
        form = {(t,): c for t, c in enumerate(u)}
        if b is not None:
            form[()] = Fraction(b[i])
        rows.append(_polynomial_of_form([0] * degree + [1], form))
        slope = _polynomial_of_form([0] * (degree - 1) + [degree], form)
        rows += [
            {tuple(sorted(m + name)): Fraction(a[i]) * c for m, c in slope.items()} for name in form
        ]
    return sparse_rank(rows)


# ReLU and leaky ReLU
def rank_relu(a: Sequence, w: Sequence, b: Sequence | None = None) -> int:
    """ReLU on all of R^d: sum_rho dim U_rho - sum_l dim Lambda_l + dim(sum_l Lambda_l + G).

    Rays rho = R_{>0} (w, b) with w != 0; U = R^D on an active ray, else the line of the ray; Lambda
    = U_rho cap U_{-rho} on antipodal pairs; G from constant neurons with b > 0. At w = 0, b <= 0
    the neuron counts as dead.
    """
    v = _vectors(w)
    extended = v if b is None else [(*u, Fraction(bias)) for u, bias in zip(v, b, strict=True)]
    size = len(extended[0])
    basis = [tuple(Fraction(int(i == j)) for j in range(size)) for i in range(size)]
    rays: dict[Vector, list[Vector]] = {}
    linear: list[Vector] = []
    for out, u, full in zip(a, v, extended, strict=True):
        if _is_zero(u):
            if full[-1] > 0 and b is not None:
                linear += basis if out != 0 else [basis[-1]]
            continue
        scale = abs(next(c for c in full if c != 0))
        ray = tuple(c / scale for c in full)
        rays[ray] = basis if out != 0 or len(rays.get(ray, ())) > 1 else [ray]
    total = sum(exact_rank(span) for span in rays.values())
    for ray, span in rays.items():
        opposite = rays.get(tuple(-c for c in ray))
        if opposite is not None and next(c for c in ray if c != 0) > 0:
            shared = basis if exact_rank(span) == exact_rank(opposite) == size else [ray]
            total -= exact_rank(shared)
            linear += shared
    return total + (exact_rank(linear) if linear else 0)


def rank_leaky_relu(a: Sequence, w: Sequence, slope: Fraction, b: Sequence | None = None) -> int:
    """max(z, slope z) on all of R^d, for slope != 1 (slope 0 is ReLU, -1 is |z|).

    max(z, s z) = (1+s)/2 z + (1-s)/2 |z|. For distinct lines R(w, b), w != 0, the functions
    sign(rep.x) x_t and the x_t are independent, and every tangent function is a combination of
    them: |u.x| = sum_t u_t sign(u.x) x_t.
    """
    v = _vectors(w)
    extended = v if b is None else [(*u, Fraction(bias)) for u, bias in zip(v, b, strict=True)]
    size = len(extended[0])
    even, odd = (1 - Fraction(slope)) / 2, (1 + Fraction(slope)) / 2
    rows: list[dict] = []
    for out, u, full in zip(a, v, extended, strict=True):
        if _is_zero(u):
            gain = (
                Fraction(0)
                if b is None or full[-1] == 0
                else odd + (even if full[-1] > 0 else -even)
            )
            rows.append({("x", size - 1): gain * full[-1]})
            rows += [{("x", t): out * gain} for t in range(size)]
            continue
        leading = next(c for c in full if c != 0)
        line, sign = tuple(c / leading for c in full), (1 if leading > 0 else -1)
        terms = [{("sign", line, t): even * sign, ("x", t): odd} for t in range(size)]
        output: dict = {}
        for t, term in enumerate(terms):
            for name, value in term.items():
                output[name] = output.get(name, Fraction(0)) + full[t] * value
            rows.append({name: Fraction(out) * value for name, value in term.items()})
        rows.append(output)
    return sparse_rank(rows)


# linear, diagonal, matrix factorization
def rank_diagonal(a: Sequence, b: Sequence) -> int:
    """sum_j (a_j^2 - b_j^2) x_j: the number of j with (a_j, b_j) != (0, 0)."""
    return sum(1 for x, y in zip(a, b, strict=True) if x != 0 or y != 0)


def rank_deep_diagonal(layers: Sequence[Sequence]) -> int:
    """sum_j (prod_l a_j^[l]) x_j: a coordinate counts 1 iff at most one of its L factors
    vanishes.
    """
    return sum(1 for factors in zip(*layers, strict=True) if sum(1 for c in factors if c == 0) <= 1)


def rank_matrix_factorization(rows: int, columns: int, rank_a: int, rank_b: int) -> int:
    """A B with A rows x p, B p x columns: rows*columns - (rows - r_A)(columns - r_B)."""
    return rows * columns - (rows - rank_a) * (columns - rank_b)


def matrix_product(left: Sequence[Sequence], right: Sequence[Sequence]) -> list[list]:
    return [
        [sum(x * right[k][j] for k, x in enumerate(row)) for j in range(len(right[0]))]
        for row in left
    ]


def rank_deep_matrix_factorization(factors: Sequence[Sequence[Sequence]]) -> int:
    """W_L ... W_1 with `factors` = [W_1, ..., W_L]: sum_l (c_l - c_{l-1}) r_l.

    c_l = rank(W_L ... W_{l+1}), c_L = d_L, c_0 = 0; r_l = rank(W_{l-1} ... W_1), r_1 = d_0.
    """
    depth = len(factors)
    c = [0] * (depth + 1)
    c[depth] = len(factors[-1])
    product: Sequence[Sequence] | None = None
    for index in range(depth - 1, 0, -1):
        product = factors[index] if product is None else matrix_product(product, factors[index])
        c[index] = exact_rank(product)
    r = [0] * (depth + 1)
    r[1] = len(factors[0][0])
    product = None
    for index in range(2, depth + 1):
        product = (
            factors[index - 2] if product is None else matrix_product(factors[index - 2], product)
        )
        r[index] = exact_rank(product)
    return sum((c[index] - c[index - 1]) * r[index] for index in range(1, depth + 1))


def optimistic_matrix_factorization(d_out: int, d_in: int, rank: int) -> int:
    """Least rank over all factorizations of a matrix of rank r (two or more factors): r (d_0 + d_L
    - r).
    """
    return rank * (d_out + d_in - rank)


# convolutional networks
def windows(size: int, kernel_size: int, dimension: int = 1) -> list[list[tuple[int, int]]]:
    """For each position the pairs (input index, kernel index) of its window, row-major in two
    dimensions.

    Kernel entry alpha meets input i + alpha. Written as a convolution, with input i + s - 1 -
    alpha, every kernel is reversed; ranks over all kernels are the same, ranks at a given kernel in
    general are not.
    """
    places = range(size + 1 - kernel_size)
    line = [[(i + alpha, alpha) for alpha in range(kernel_size)] for i in places]
    if dimension == 1:
        return line
    return [
        [
            (x * size + y, p * kernel_size + q)
            for (x, p), (y, q) in itertools.product(line[i], line[j])
        ]
        for i in places
        for j in places
    ]


def padded(kernel: Sequence, window: Sequence[tuple[int, int]], inputs: int) -> Vector:
    """The kernel of one position as a weight vector on the whole input."""
    row = [Fraction(0)] * inputs
    for place, entry in window:
        row[place] = Fraction(kernel[entry])
    return tuple(row)


def rank_cnn(
    kernels: Sequence[Sequence],
    a: Sequence[Sequence],
    size: int,
    kernel_size: int,
    dimension: int = 1,
    biases: Sequence | None = None,
    output_bias: bool = False,
    activation: str = "tanh",
) -> int:
    """Shared kernels (and one bias per kernel): a[l][position], kernels[l] flat. By `tied_rank`."""
    places, inputs, entries = (
        windows(size, kernel_size, dimension),
        size**dimension,
        kernel_size**dimension,
    )
    per_kernel = entries + (biases is not None)
    kappa, maps, outputs = [], [], []
    for index, kernel in enumerate(kernels):
        kappa += list(kernel) + ([biases[index]] if biases is not None else [])
        for place, window in enumerate(places):
            matrix = [
                [0] * (per_kernel * len(kernels)) for _ in range(inputs + (biases is not None))
            ]
            for t, entry in window:
                matrix[t][index * per_kernel + entry] = 1
            if biases is not None:
                matrix[inputs][index * per_kernel + entries] = 1
            maps.append(matrix)
            outputs.append(a[index][place])
    sigma = SIGMAS[activation]
    return tied_rank(outputs, maps, kappa, sigma, bias=biases is not None, output_bias=output_bias)


def rank_cnn_formula(
    kernels: Sequence[Sequence],
    a: Sequence[Sequence],
    size: int,
    kernel_size: int,
    dimension: int = 1,
) -> int:
    """m_a S + m_K J; valid for tanh without bias if K_l = 0 implies a_l = 0 and no two translates
    coincide up to sign. m_K counts classes of nonzero kernels, m_a = sum over classes of dim span
    of their output vectors.
    """
    groups: dict[Vector, list] = {}
    for kernel, out in zip(_vectors(kernels), a, strict=True):
        if not _is_zero(kernel):
            groups.setdefault(_sign_and_representative(kernel)[1], []).append(out)
    span = sum(exact_rank(group) for group in groups.values())
    return span * kernel_size**dimension + len(groups) * (size + 1 - kernel_size) ** dimension


def rank_cnn_unshared(
    kernels: Sequence[Sequence[Sequence]],
    a: Sequence[Sequence],
    size: int,
    kernel_size: int,
    dimension: int = 1,
) -> int:
    """A kernel per position, kernels[l][position]; tanh, no bias: C + sum over classes (zero class
    included) of the number of inputs covered by the windows of its active neurons.
    """
    places, inputs = windows(size, kernel_size, dimension), size**dimension
    covered: dict[Vector, set[int]] = {}
    zero = (Fraction(0),) * inputs
    for kernel_row, out_row in zip(kernels, a, strict=True):
        for kernel, out, window in zip(kernel_row, out_row, places, strict=True):
            u = padded(kernel, window, inputs)
            key = zero if _is_zero(u) else _sign_and_representative(u)[1]
            covered.setdefault(key, set())
            if out != 0:
                covered[key] |= {place for place, _ in window}
    return sum(1 for key in covered if key != zero) + sum(len(area) for area in covered.values())


def optimistic_cnn_table(
    k: int, size: int, kernel_size: int, dimension: int, null_outputs: int, bias: bool = False
) -> tuple[int, int, int]:
    """(CNN, without sharing, fully connected) for a k-kernel function without shift
    coincidences.
    """
    places = (size + 1 - kernel_size) ** dimension
    entries, inputs = kernel_size**dimension + bias, size**dimension + bias
    units = k * places - null_outputs
    return k * (entries + places), (entries + 1) * units, (inputs + 1) * units


def optimistic_unshared_and_full(
    kernels: Sequence[Sequence],
    a: Sequence[Sequence],
    size: int,
    kernel_size: int,
    dimension: int = 1,
) -> tuple[int, int]:
    """(without sharing, fully connected) for every tanh CNN function without bias: (S+1) and (D+1)
    times the number of classes of translates with nonzero net coefficient.
    """
    inputs, net = size**dimension, {}
    for kernel, out_row in zip(kernels, a, strict=True):
        for out, window in zip(out_row, windows(size, kernel_size, dimension), strict=True):
            u = padded(kernel, window, inputs)
            if not _is_zero(u):
                sign, key = _sign_and_representative(u)
                net[key] = net.get(key, Fraction(0)) + sign * Fraction(out)
    units = sum(1 for value in net.values() if value != 0)
    return (kernel_size**dimension + 1) * units, (inputs + 1) * units


# the other road: numbers only
class NoClearGapError(AssertionError):
    """The singular values do not separate; the number must not be used."""


ACTIVATIONS: dict[str, Callable] = {
    "tanh": mpmath.tanh,
    "arctan": mpmath.atan,
    "erf": mpmath.erf,
    "sin": mpmath.sin,
    "z^2 tanh z": lambda z: z * z * mpmath.tanh(z),
    "z tanh z": lambda z: z * mpmath.tanh(z),
    "cosh": mpmath.cosh,
    "exp": mpmath.exp,
    "tanh(z+1/2)": lambda z: mpmath.tanh(z + mpmath.mpf(1) / 2),
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "swish": lambda z: z / (1 + mpmath.exp(-z)),
    "gelu": lambda z: z * (1 + mpmath.erf(z / mpmath.sqrt(2))) / 2,
}


def independent_rank(
    f: Callable[[list, list], object],
    theta: Sequence,
    inputs: int,
    *,
    digits: int = 50,
    seed: int = 0,
) -> int:
    """Model rank of f(theta, x) at theta from values of f alone.

    Central differences of step 10^-digits carried out with 3*digits digits leave an error near
    10^(-2 digits); the Jacobian on len(theta) + 3 random inputs is scaled to unit columns, and a
    singular value counts as nonzero above 10^-(digits/2) of the largest, as zero below
    10^-(digits); anything between raises NoClearGapError.
    """
    source = random.Random(seed)
    with mpmath.workdps(3 * digits + 10):
        point = [mpmath.mpf(Fraction(c).numerator) / Fraction(c).denominator for c in theta]
        step = mpmath.mpf(10) ** (-digits)
        samples = [
            [mpmath.mpf(source.randint(-3000, 3000)) / 1009 for _ in range(inputs)]
            for _ in range(len(point) + 3)
        ]
        columns = []
        for i in range(len(point)):
            above = [*point[:i], point[i] + step, *point[i + 1 :]]
            below = [*point[:i], point[i] - step, *point[i + 1 :]]
            columns.append([(f(above, x) - f(below, x)) / (2 * step) for x in samples])
        tiny = mpmath.mpf(10) ** (-digits)
        scaled = []
        for column in columns:
            size = max(abs(c) for c in column)
            if size > tiny:
                scaled.append([c / size for c in column])
        if not scaled:
            return 0
        with mpmath.workdps(digits + 15):
            matrix = mpmath.matrix(scaled).T
            values = list(mpmath.svd_r(matrix, compute_uv=False))
        largest = max(values)
        threshold = mpmath.mpf(10) ** (-(digits // 2))
        rank = sum(1 for s in values if s > threshold * largest)
        if any(tiny * largest < s <= threshold * largest for s in values):
            raise NoClearGapError([mpmath.nstr(s, 3) for s in values])
        return rank


def two_layer(
    activation: str, width: int, dimension: int, *, bias: bool = False, output_bias: bool = False
):
    """f(theta, x) with theta = a, then the rows of w, then b, then the output bias."""
    sigma = ACTIVATIONS[activation]

    def f(theta: list, x: list) -> object:
        total = theta[-1] if output_bias else mpmath.mpf(0)
        for i in range(width):
            z = sum(theta[width + i * dimension + t] * x[t] for t in range(dimension))
            if bias:
                z += theta[width * (1 + dimension) + i]
            total += theta[i] * sigma(z)
        return total

    return f


def convolution(
    activation: str,
    kernels: int,
    size: int,
    kernel_size: int,
    dimension: int = 1,
    *,
    bias: bool = False,
) -> Callable:
    """f(theta, x) with theta = all a[l][position], then per kernel its entries (and its bias)."""
    sigma, places = ACTIVATIONS[activation], windows(size, kernel_size, dimension)
    entries = kernel_size**dimension + bias

    def f(theta: list, x: list) -> object:
        total = mpmath.mpf(0)
        for index in range(kernels):
            own = theta[kernels * len(places) + index * entries :][:entries]
            for place, window in enumerate(places):
                z = sum(own[entry] * x[t] for t, entry in window) + (own[-1] if bias else 0)
                total += theta[index * len(places) + place] * sigma(z)
        return total

    return f


def multilinear_jacobian_rank(f: Callable[[list], Sequence], theta: Sequence) -> int:
    """Exact Jacobian rank of a polynomial map of degree at most 2 in each single parameter: central
    differences.
    """
    rows = []
    for i in range(len(theta)):
        above = [Fraction(c) + (j == i) for j, c in enumerate(theta)]
        below = [Fraction(c) - (j == i) for j, c in enumerate(theta)]
        rows.append([(p - q) / 2 for p, q in zip(f(above), f(below), strict=True)])
    return exact_rank(rows)


def piecewise_linear_rank(
    a: Sequence,
    w: Sequence,
    b: Sequence | None,
    slope: Fraction,
    *,
    points: int = 600,
    seed: int = 0,
) -> int:
    """Rank of a leaky ReLU network from exact tangent values at many random rational inputs of
    several scales.
    """
    source = random.Random(seed)
    v = _vectors(w)
    rows = []
    for index in range(points):
        scale = (Fraction(1, 4), Fraction(1), Fraction(5), Fraction(50))[index % 4]
        x = [scale * Fraction(source.randint(-10007, 10007), 10009) for _ in v[0]]
        full = x + ([Fraction(1)] if b is not None else [])
        row = []
        for i, u in enumerate(v):
            z = sum(c * t for c, t in zip(u, x, strict=True)) + (
                Fraction(b[i]) if b is not None else 0
            )
            gain = Fraction(1) if z > 0 else (Fraction(slope) if z < 0 else Fraction(0))
            row.append(gain * z)
            row += [Fraction(a[i]) * gain * t for t in full]
        rows.append(row)
    return exact_rank(rows)
