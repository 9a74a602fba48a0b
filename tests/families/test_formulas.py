"""How families write themselves in the titles of tables."""

from __future__ import annotations

import pytest
import sympy

import rankstrat as rs
from rankstrat.text.tables import Math

F = rs.families
# Written by hand from the definitions of the families.
LATEX = {
    "two_layer": (
        F.two_layer(3, 2),
        r"F(\theta)(x) = \sum_{i=1}^{3} a_i\,\tanh(w_i \cdot x),\ x \in \mathbb{R}^{2}",
    ),
    "one neuron": (
        F.two_layer(1, 1, bias=True, output_bias=True),
        r"F(\theta)(x) = "
        r"a_1\,\tanh(w_1 x + b_1) + c,\ "
        r"x \in \mathbb{R}",
    ),
    "power": (
        F.two_layer(2, 1, activation="square"),
        r"F(\theta)(x) = "
        r"\sum_{i=1}^{2} a_i\,(w_i x)^{2},\ "
        r"x \in \mathbb{R}",
    ),
    "unnamed": (
        F.two_layer(1, 1, activation="z**2*exp(z)"),
        r"F(\theta)(x) = "
        r"a_1\,\sigma(w_1 x),\ "
        r"x \in \mathbb{R},\ "
        r"\sigma(z) = "
        r"z^{2} e^{z}",
    ),
    "fully_connected": (
        F.fully_connected([2, 3, 1]),
        r"F(\theta)(x) = "
        r"W_{2} \tanh(W_{1} x + b_{1}) + b_{2},\ "
        r"(m_0, \dots, m_{2}) = "
        r"(2, 3, 1)",
    ),
    "polynomial_network": (
        F.polynomial_network([2, 3, 1], degree=3),
        r"F(\theta)(x) = "
        r"W_{2} (W_{1} x)^{3},\ "
        r"(m_0, \dots, m_{2}) = "
        r"(2, 3, 1)",
    ),
    "deep": (
        F.fully_connected([1, 2, 2, 2, 1], bias=False, output_bias=False),
        r"F(\theta)(x) = "
        r"W_{4} \tanh(\cdots \tanh(W_1 x) \cdots),\ "
        r"(m_0, \dots, m_{4}) = "
        r"(1, 2, 2, 2, 1)",
    ),
    "matrix_factorization": (
        F.matrix_factorization(2, 1, 3),
        r"F(A, B) = "
        r"A B,\ "
        r"A \in \mathbb{R}^{2 \times 1},\ "
        r"B \in \mathbb{R}^{1 \times 3}",
    ),
    "deep_matrix_factorization": (
        F.deep_matrix_factorization([2, 3, 4]),
        r"F(W_1, W_2) = W_2 W_1,\ (d_0, \dots, d_{2}) = (2, 3, 4)",
    ),
    "diagonal": (
        F.diagonal(3),
        r"F(\theta)(x) = "
        r"\sum_{j=1}^{3} (a_j^2 - b_j^2)\,x_j,\ "
        r"x \in \mathbb{R}^{3}",
    ),
    "deep_diagonal": (
        F.deep_diagonal(2, 4),
        r"F(\theta)(x) = "
        r"\sum_{j=1}^{2} a_{1 j} \cdots a_{4 j}\,x_j,\ "
        r"x \in \mathbb{R}^{2}",
    ),
    "linear": (
        F.linear(["1", "x1"]),
        r"F(\theta)(x) = "
        r"\sum_{i=1}^{2} a_i\,\varphi_i(x),\ "
        r"\varphi = "
        r"(1, x_{1})",
    ),
    "attention": (
        F.attention(2, 3, 4),
        r"F(\theta)(X) = "
        r"\operatorname{softmax}(1 / \sqrt{4} \cdot X Q_1 K_1^\top X^\top)\,X V_1 O_1,\ "
        r"X \in \mathbb{R}^{2 \times 3},\ "
        r"Q_h \in \mathbb{R}^{3 \times 4}",
    ),
    "cp_factorization": (
        F.cp_factorization([2, 2, 3], 2),
        r"F(A_{1}, A_{2}, A_{3}) = "
        r"\sum_{r=1}^{2} (A_{1})_{r} \otimes (A_{2})_{r} \otimes (A_{3})_{r},\ "
        r"F \in \mathbb{R}^{2 \times 2 \times 3}",
    ),
    "convolutional": (
        F.convolutional(2, 5, 3),
        r"F(\theta)(I) = "
        r"\sum_{l=1}^{2} \sum_p a_{l p}\,\tanh(\langle K_{l}, I_p \rangle),\ "
        r"I \in \mathbb{R}^{5},\ "
        r"I_p \in \mathbb{R}^{3}",
    ),
    "kan": (
        F.kan(2, 1, 2),
        r"F(\theta)(x) = "
        r"\sum_{i=1}^{2} \Phi_i\bigl(\varphi_{i1}(x_1)\bigr),\ "
        r"\Phi_i, \varphi_{ij} \text{ of degree } 2",
    ),
    "framework": (
        F.framework(4),
        r"F(p) = "
        r"(|p_i - p_j|^2)_{i j \in E},\ "
        r"|E| = "
        r"6,\ "
        r"p_i \in \mathbb{R}^{2},\ "
        r"i \leq 4",
    ),
    "opt_example": (
        F.opt_example(),
        r"F(\theta)(x) = "
        r"\theta_0 + \theta_1 x_1 + \theta_2 \theta_3 x_2",
    ),
}


@pytest.mark.parametrize("name", LATEX)
def test_a_family_writes_its_models_as_by_hand(name):
    model, latex = LATEX[name]
    assert model.spoken == Math(str(model), latex)


def test_every_family_is_written():
    assert set(F.FAMILIES) <= set(LATEX)


def test_an_own_model_is_its_formula_where_that_is_short():
    a, w, x = sympy.symbols("a w x")
    own = rs.Model(a * sympy.tanh(w * x), [a, w], [x])
    assert own.spoken.latex == r"F(\theta)(x) = a \tanh{\left(w x \right)}"
    assert rs.Model(a * x, [a], [x], name="my_line").spoken == "my_line"
    many = sympy.symbols("c:60")
    wide = rs.Model(sum(many) * x, many, [x]).spoken
    assert wide.latex == r"F(\theta),\ \theta \in \mathbb{R}^{60}"
    assert r"\caption{Rank strata of $F(\theta)(x) = a \tanh" in rs.stratify(own).table().latex()
