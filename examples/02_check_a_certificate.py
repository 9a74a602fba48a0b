"""A certificate is a text that somebody else can check; a forged one is refused with the reason.

The text holds the model, the point, a minor and the relations. Checking recomputes both bounds from
the model alone.
"""

import rankstrat as rs
from rankstrat.pictures import plot_singular_values

F = rs.families.two_layer(width=3, inputs=2, activation="tanh")
point = F.point(a=[1, 2, -1], w=[[1, 0], [0, 1], [0, -1]])  # the last two neurons are mirrored
text = rs.model_rank(point).to_json()

received = rs.RankCertificate.from_json(text)
received.check()
print("holds:", received)

forged = rs.RankCertificate.from_json(
    text.replace("a3*tanh(w3_1*x1", "a3*tanh(w3_1*x2", 1)
)  # another third neuron
try:
    forged.check()
    refused = ""
except rs.errors.CertificateError as error:
    refused = str(error)
print("refused:", refused)

plot_singular_values(rs.rank_report(point)).figure.savefig("check_a_certificate.svg")

assert int(received) == 6
assert refused
