r"""The condensed branch of the target set becomes recovery stable last, although its rank is the
least.

Width 2, one target neuron, d = 2: Q2 and Q3 are stable from 4 generic samples, Q1 only from 5; its
rank is 3.
"""

import rankstrat as rs
from rankstrat.pictures import plot_stability

F = rs.families.two_layer(width=2, inputs=2, activation="exp")
Q = rs.target_set(F, rs.families.two_layer(width=1, inputs=2, activation="exp").point([1, 1, -1]))
table = rs.stability_table(Q)
print(table)
print(table.latex())

samples = [(1, 0), (0, 1), (-1, 1), (1, 1)]
Q2 = Q.branches[1]
answers = [rs.recovery_stability(Q2, Q2.sample(seed=1), samples[:n]) for n in (3, 4)]
for answer in answers:
    print(answer)

thresholds = {b.label: rs.recovery_thresholds(b) for b in Q.branches}
plot_stability(thresholds).figure.savefig("recovery_stability.svg")

assert [rs.recovery_thresholds(b).stable_from for b in Q.branches] == [5, 4, 4]
assert [answer.stable for answer in answers] == [False, True]
