"""Condensed networks show their plateau, random ones none; the snapped points are certified."""

from __future__ import annotations

import json

import numpy as np
import pytest

import rankstrat as rs
from rankstrat.cli import main
from rankstrat.errors import CertificateError, PointError, RankstratError
from rankstrat.networks.certified import certified_rank
from rankstrat.networks.linkage import _sparse, single_linkage
from rankstrat.networks.network import Network
from rankstrat.networks.report import check_report, to_json
from rankstrat.networks.snapped import Snapped

minimize = pytest.importorskip("scipy.optimize").minimize
CENTRES = np.array([[1.0, -7.0], [1.0, 0.0], [1.0, 7.0]])
GRID = np.linspace(-12, 12, 200)


def clustered(m, noise, *, seed=0, signed=True):
    """m neurons of one input with hidden bias in three clusters."""
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1, 1], m) if signed else np.ones(m)
    v = signs[:, None] * (CENTRES[rng.integers(0, 3, m)] + noise * rng.normal(size=(m, 2)))
    return {"a": signs * rng.uniform(0.5, 1.5, m) / m, "w": v[:, :1], "b": v[:, 1]}


def test_500_neurons_in_three_clusters_have_rank_nine():
    F = rs.families.two_layer(500, 1, bias=True)
    found = rs.condensation(F, clustered(500, 1e-3), GRID)
    elbow = found.elbow
    assert elbow.widths == (3,)
    assert (elbow.rank.value, elbow.rank.verdict) == (9, rs.Verdict.PROVED)
    assert int(elbow.sample_size) == 9 and elbow.parameters == 9
    assert elbow.relative < 1e-3 and elbow.supremum < 1e-3
    assert elbow.low < 1e-3 and elbow.high > 0.1
    assert "effective parameters = 9" in str(found)
    # the exact wide point lies on the stratum: the lemma counts 9 for it, model_rank for the narrow
    assert int(rs.rank_by_lemma(elbow.wide)) == 9
    assert rs.model_rank(elbow.reduced) == 9


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "gaussian", "relu", "abs", "softplus"])
def test_the_wide_point_has_the_function_and_the_rank_of_the_narrow_one(activation):
    """For every symmetry: signs, signs with a constant, rays; the exact outputs are compared."""
    m, rng = 7, np.random.default_rng(5)
    centres = np.array([[1.0, 0.5], [0.5, -1.5]])
    F = rs.families.two_layer(m, 1, activation, bias=True, output_bias=True)
    record = rs.activations[activation]
    mirrored = record.parity in ("odd", "even") or record.remainder_parity == "odd"
    signs = rng.choice([-1, 1], m) if mirrored else np.ones(m)
    lengths = rng.uniform(0.5, 2, m) if record.slopes else np.ones(m)
    v = (signs * lengths)[:, None] * (centres[[0, 0, 0, 1, 1, 1, 1]])
    floats = {"a": rng.normal(size=m), "w": v[:, :1], "b": v[:, 1], "c": 0.25}
    found = rs.condensation(F, floats)
    elbow = next(c for c in found.candidates if c.widths == (2,))
    assert elbow.low < 1e-6 and elbow.relative < 1e-9
    wide, narrow = elbow.wide, elbow.reduced
    x = F.inputs[0]
    for at in (-1, 0, 2):
        one, two = (
            p.model.outputs[0].xreplace({**p.values, x: rs.exact(at)}) for p in (wide, narrow)
        )
        assert abs((one - two).evalf(40)) < 1e-30
    rank = rs.rank_by_lemma(wide)
    assert rank == elbow.rank.value == rs.model_rank(narrow).value


def trained(m=50, seed=0):
    """A network of small initial weights, trained by scipy to a mean square error of 1e-4."""
    x = np.linspace(-12, 12, 60)
    y = np.tanh(x - 7) + np.tanh(x) + np.tanh(x + 7)

    def loss(theta):
        a, w, b = np.split(theta, 3)
        h = np.tanh(np.outer(x, w) + b)
        r = h @ a - y
        g = np.outer(r, a) * (1 - h * h)
        gradient = np.concatenate([h.T @ r, x @ g, g.sum(axis=0)])
        return float(r @ r) / len(x), 2 / len(x) * gradient

    def stop(intermediate_result):
        if intermediate_result.fun < 1e-4:
            raise StopIteration

    start = 1e-2 * np.random.default_rng(seed).normal(size=3 * m)
    options = {"maxiter": 5_000, "gtol": 1e-9}
    found = minimize(loss, start, jac=True, method="BFGS", options=options, callback=stop)
    assert found.fun < 1e-4
    theta = found.x
    return {"a": theta[:m], "w": theta[m : 2 * m, None], "b": theta[2 * m :]}


def test_a_trained_network_shows_its_effective_width():
    """On what it was trained on: elsewhere it may be another function, as it may be on any
    machine.
    """
    F = rs.families.two_layer(50, 1, bias=True)
    found = rs.condensation(F, trained(), np.linspace(-12, 12, 60))
    close = found.knee
    assert close.widths == (3,)
    # no further from the network than the network is from the three units it was trained on
    assert close.relative < 0.02
    assert close.rank.value == 9 and close.rank.verdict is rs.Verdict.PROVED
    # a narrower one is far from the function
    assert all(c.relative > 4 * close.relative for c in found.candidates if c.widths < close.widths)
    assert min(c.relative for c in found.candidates if c.widths <= (2,)) > 0.03
    assert rs.rank_by_lemma(close.wide) == close.rank.value
    assert f"effective parameters = {close.rank.value}" in str(found)


@pytest.mark.parametrize(("inputs", "activation"), [(1, "tanh"), (10, "relu"), (10, "tanh")])
def test_a_random_network_shows_no_plateau(inputs, activation):
    rng = np.random.default_rng(1)
    m = 200
    F = rs.families.two_layer(m, inputs, activation, bias=True)
    floats = {"a": rng.normal(size=m), "w": rng.normal(size=(m, inputs)), "b": rng.normal(size=m)}
    found = rs.condensation(F, floats)
    assert found.elbow is None and not found.plateaus
    assert "no plateau" in str(found)
    assert json.loads(to_json(found))["value"] is None


def test_layers_of_a_deep_network_are_condensed_one_after_another():
    """Copies and mirror images of a network of widths 2, 3, 2, 1, hidden in one of 2, 30, 20, 1."""
    rng = np.random.default_rng(2)
    small = [rng.normal(size=s) for s in ((3, 2), (2, 3), (1, 2))]
    shift = [rng.normal(size=3), rng.normal(size=2), rng.normal(size=1)]
    weights, biases = [], []
    columns = np.eye(2)
    for k, m in enumerate((30, 20, 1)):
        of = np.arange(m) % len(small[k])
        signs = rng.choice([-1.0, 1.0], m) if k < 2 else np.ones(1)
        weights.append(signs[:, None] * (small[k] @ columns)[of])
        biases.append(signs * shift[k][of])
        parts = rng.uniform(0.5, 1, m)
        total = np.bincount(of, parts)
        columns = np.zeros((len(small[k]), m))
        columns[of, np.arange(m)] = signs * parts / total[of]
    blocks = {f"W{k + 1}": weights[k] for k in range(3)}
    blocks |= {f"b{k + 1}": biases[k] for k in range(3)}
    network = rs.read(blocks, activation="tanh")
    found = rs.condensation(network)
    elbow = found.elbow
    assert elbow.widths == (3, 2) and elbow.relative < 1e-9
    assert elbow.rank.value == 20 == elbow.parameters  # 9 + 8 + 3, generic
    wide = Network(network.model, {k: v.astype(float) for k, v in elbow.wide.arrays.items()})
    x = rng.normal(size=(5, 2))
    assert np.abs(wide.outputs(x) - network.outputs(x)).max() < 1e-8


SPECIAL = {
    "zeros": {"a": [0, 0, 0], "w": [[0], [0], [0]]},
    "null units": {"a": [1, 0, 0], "w": [[1], [2], [3]]},
    "equal": {"a": [1, 2, 3], "w": [[1], [1], [1]]},
    "opposite": {"a": [1, 1, 0.5], "w": [[1], [-1], [3]]},
    "cancelling": {"a": [1, -1, 0.5], "w": [[2], [2], [3]]},
    "one huge": {"a": [1e150, 1, 1], "w": [[1], [2], [3]]},
    "tiny": {"a": [1e-150, 2e-150, 1e-150], "w": [[1e-100], [2e-100], [1e-100]]},
}


@pytest.mark.sampled(14)
@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "sin"])
def test_special_weights_get_a_profile_with_true_ranks(name, activation):
    F = rs.families.two_layer(3, 1, activation)
    floats = {key: np.array(value, dtype=float) for key, value in SPECIAL[name].items()}
    found = rs.condensation(F, floats)
    for candidate in found.candidates:
        exact = rs.model_rank(candidate.reduced)
        rank = candidate.rank
        assert rank.lower <= exact.upper and exact.lower <= rank.upper
        if rank.verdict is rs.Verdict.PROVED:
            assert rank.value == exact.value
        wide = rs.model_rank(candidate.wide)
        assert wide.lower <= rank.upper
    check_report(to_json(found))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "softplus", "abs"])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("bias", [False, True])
def test_the_count_for_several_outputs_agrees_with_elimination(activation, outputs, bias):
    rng = np.random.default_rng(4)
    F = rs.families.fully_connected([2, 2, outputs], activation, bias, output_bias=bias)
    values = {n: rng.integers(-9, 9, s) * 1.0 for n, s in F.blocks.items()}
    snapped = Snapped.of(Network(F, values))
    found = certified_rank(snapped)
    assert found.value == rs.model_rank(snapped.point).value
    assert found.forced in (0, found.value)


def test_many_units_have_the_clusters_of_few():
    rng = np.random.default_rng(6)
    centres = rng.normal(size=(5, 3))
    vectors = centres[rng.integers(0, 5, 600)] * rng.choice([-1, 1], 600)[:, None]
    vectors += 1e-4 * rng.normal(size=vectors.shape)
    pairwise, sparse = single_linkage(vectors, signed=True), _sparse(vectors, True, 0)
    for height in (1e-3, 1e-2):
        one, two = pairwise.labels(height), sparse.labels(height)
        assert len(set(one)) == len(set(two)) == len(set(zip(one, two, strict=True))) == 5
    # merges of the fast way are real: never below the distance of the two
    for (i, j), height in zip(sparse.edges, sparse.heights, strict=True):
        gap = min(np.linalg.norm(vectors[i] - vectors[j]), np.linalg.norm(vectors[i] + vectors[j]))
        assert height == pytest.approx(gap, abs=1e-12)


# ----------------------------------------------------------------------- report and command
@pytest.fixture
def net(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("net.npz", **clustered(40, 1e-4))
    np.save("inputs.npy", GRID[:, None])
    return tmp_path


def ask(capsys, *words):
    status = main(list(words))
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return status, out.out, out.err


def test_read_and_check_on_the_command_line(net, capsys):
    status, out, err = ask(
        capsys, "read", "net.npz", "--activation", "tanh", "--data", "inputs.npy"
    )
    assert (status, err) == (0, "")
    assert "effective parameters = 9  [rank of the snapped point: PROVED]" in out
    assert "tolerance" in out and "relative error" in out and "NUMERICAL" in out
    _, text, _ = ask(capsys, "read", "net.npz", "--activation", "tanh", "--json")
    data = json.loads(text)
    assert [data[k] for k in ("value", "lower", "upper", "verdict")] == [9, 9, 9, "PROVED"]
    (net / "report.json").write_text(text)
    status, out, _ = ask(capsys, "check", "report.json")
    assert status == 0 and "holds: effective parameters = 9" in out


def forged(data, change):
    copy = json.loads(json.dumps(data))
    change(copy)
    return json.dumps(copy)


def test_forged_reports_are_refused(net, capsys):
    _, text, _ = ask(capsys, "read", "net.npz", "--activation", "tanh", "--json")
    data = json.loads(text)
    k = data["elbow"]

    def elbow(**values):
        return lambda d: d["candidates"][k].update(values)

    def both(d):
        d.update(value=6, lower=6, upper=6)
        d["candidates"][k].update(lower=6, upper=6)

    def moved(d):
        d["candidates"][k]["reduced"]["values"]["a"][0] = "1/2"

    def cut(d):
        d["candidates"][k]["reduced"]["values"]["a"].pop()

    forgeries = [
        elbow(lower=8), elbow(verdict="PROBABLE"), elbow(parameters=8), both, moved, cut,
        elbow(sample_size={"lower": 3, "upper": 3, "verdict": "PROVED"}), elbow(reduced=None),
        lambda d: d.update(value=8), lambda d: d.update(elbow=99), lambda d: d.update(elbow=None),
        lambda d: d.update(candidates=[]), lambda d: d["certificate"].update(lower=8),
        lambda d: d["candidates"][k]["reduced"].update(family="kan"),
        lambda d: d["candidates"][k]["reduced"]["arguments"].update(width=10**9),
    ]  # fmt: skip
    for change in forgeries:
        with pytest.raises(RankstratError):
            check_report(forged(data, change))
    (net / "bad.json").write_text(forged(data, both))
    status, _, err = ask(capsys, "check", "bad.json")
    assert status == 1 and "refused" in err
    with pytest.raises(CertificateError):
        check_report('{"rankstrat condensation": 1}')


def test_pictures_are_drawn(net, capsys, monkeypatch):
    pytest.importorskip("matplotlib").use("agg")
    words = ("read", "net.npz", "--activation", "tanh", "--plot")
    assert ask(capsys, *words, "report.png")[0] == 0
    assert (net / "report.png").stat().st_size > 10_000
    status, _, err = ask(capsys, *words, "none/report.xyz")
    assert status == 2 and err.count("\n") == 1
    one = rs.plot_condensation(
        rs.condensation(rs.families.two_layer(1, 2), {"a": [1.0], "w": [[1, 2]]})
    )
    assert len(one.axes) >= 4
    pytest.importorskip("matplotlib.pyplot").close("all")


def test_bad_questions_get_one_line(net, capsys):
    for words, part in (
        (["read", "net.npz"], "give activation='tanh'"),
        (["read", "none.npz"], "cannot be read"),
        (["read", "net.npz", "--activation", "tahn"], "tanh"),
        (["read", "net.npz", "--activation", "tanh", "--data", "net.npz"], "3 arrays"),
    ):
        status, _, err = ask(capsys, *words)
        assert status == 2 and part in err and err.count("\n") == 1


def test_values_that_do_not_fit_are_named():
    F = rs.families.two_layer(2, 1)
    good = {"a": [1.0, 2.0], "w": [[1.0], [2.0]]}
    for floats, words in (
        (None, "no floats"),
        ({"a": [1.0]}, "shape"),
        ({"a": [1.0, np.nan], "w": good["w"]}, "not finite"),
        ({**good, "b": [1, 2]}, "no block"),
        ([1, 2], "a mapping"),
    ):
        with pytest.raises(PointError, match=words):
            rs.condensation(F, floats)
    for data in ([[1, 2]], [], [[np.inf]], "x"):
        with pytest.raises(RankstratError):
            rs.condensation(F, good, data)
    for floats, inputs, words in (
        ({"a": [1.0, 1.0], "w": [[1e200], [1.0]]}, None, "rescale"),
        ({"a": [1.0, 1.0], "w": [[1.0], [2.0]]}, [[1e5]], "not finite"),
    ):
        with pytest.raises(RankstratError, match=words):
            rs.condensation(rs.families.two_layer(2, 1, "exp"), floats, inputs)
    with pytest.raises(RankstratError, match="no layers"):
        rs.condensation(rs.families.linear(features=2), {"w": [1.0, 2.0]})


def test_a_network_without_hidden_layer_has_nothing_to_condense():
    found = rs.condensation(rs.read({"W1": np.ones((2, 3))}))
    assert found.elbow is None and found.candidates[0].rank.value == 6


def test_a_snapped_point_on_a_kink_says_that_slopes_are_a_convention():
    """relu(w relu(x) + b) with b = 0: the second layer stands at 0 for all x < 0."""
    zero = np.zeros(2)
    weights = {"W1": [[1.0], [2.0]], "b1": zero, "W2": [[1.0, 1.0], [2.0, 2.0]], "b2": zero}
    weights |= {"W3": [[1.0, -1.0]], "b3": [0.0]}
    arrays = {name: np.array(value, dtype=float) for name, value in weights.items()}
    found = rs.condensation(rs.read(arrays, activation="relu", orientation="out,in"))
    assert found.elbow.rank.certificate.differentiable is False
    assert "3, at a kink (slope 0 there by convention)  [rank of the snapped point" in str(found)
    smooth = rs.condensation(rs.read(arrays, activation="tanh", orientation="out,in"))
    assert "convention" not in str(smooth)
