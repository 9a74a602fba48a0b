r"""Two mirrored tanh neurons have model rank 2, not 4: two relations hold among the four tangent
functions.

The model is $F(\theta)(x) = a_1 \tanh(w_1 x) + a_2 \tanh(w_2 x)$. At a generic point its tangent
functions are independent. Where $w_2 = -w_1$ they are not, since tanh is odd; the engine proves
both and prints the relations.
"""

import sympy

import rankstrat as rs
from rankstrat.pictures import plot_strata

a1, a2, w1, w2, x = sympy.symbols("a1 a2 w1 w2 x")
F = rs.Model(a1 * sympy.tanh(w1 * x) + a2 * sympy.tanh(w2 * x), [a1, a2, w1, w2], [x])

for parameter, function in zip(F.parameters, rs.tangent_functions(F), strict=True):
    print(f"dF/d{parameter} = {function}")

generic = rs.model_rank(F)
print(generic)

mirrored = rs.model_rank(F.chart({w2: -w1}))  # w1, a1 and a2 stay free
print(mirrored)
print(*mirrored.relations, sep="\n")

plot_strata(rs.stratify(F)).figure.savefig("rank_of_a_model.svg")

assert (int(generic), int(mirrored), len(mirrored.relations)) == (4, 2, 2)
