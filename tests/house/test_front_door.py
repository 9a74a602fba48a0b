"""The front door is light, complete and typed; what stands behind it is picklable."""

from __future__ import annotations

import ast
import copy
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.dynamics.loss import Loss
from rankstrat.dynamics.point_loss import SQUARED, PointLoss
from rankstrat.families import catalogue

PACKAGE = Path(rs.__file__).parent


def python(*words: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, **options
    )


def test_importing_the_front_door_imports_no_mathematics():
    code = "import sys, rankstrat; print(sorted({'sympy','numpy','networkx'} & set(sys.modules)))"
    assert python("-c", code).stdout == "[]\n"


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_the_command_line_says_who_it_is_without_mathematics(words):
    code = (
        "import sys\nfrom rankstrat.cli import main\n"
        f"main({words!r})\n"
        "print(sorted({'sympy', 'numpy', 'networkx'} & set(sys.modules)))"
    )
    done = python("-c", code)
    assert done.stdout.endswith("\n[]\n"), done.stdout + done.stderr
    assert "rankstrat" in done.stdout


def test_every_name_of_the_stub_is_there():
    assert "model_rank" in rs.__all__ and "__version__" in rs.__all__
    for name in rs.__all__:
        assert getattr(rs, name) is not None
    assert set(rs.__all__) <= set(dir(rs))


def test_the_stub_lists_every_family():
    names = {m.name for m in pkgutil.iter_modules(catalogue.__path__)}
    families = {name for name in names if not name.startswith("_")}
    assert families | {"FAMILIES", "Constructor", "build"} <= set(rs.families.__all__)
    for name in families:
        assert rs.families.FAMILIES[name] is getattr(rs.families, name)


@pytest.mark.parametrize("stub", ["__init__.pyi", "families/__init__.pyi"])
def test_a_stub_lists_what_it_exports(stub):
    tree = ast.parse((PACKAGE / stub).read_text(encoding="utf-8"))
    exported = [a.asname for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names]
    assert len(set(exported)) == len(exported) and None not in exported
    listed = [
        e.value
        for n in tree.body
        if isinstance(n, ast.Assign)
        for e in n.value.elts  # type: ignore[attr-defined]
    ]
    assert not listed or sorted(listed) == sorted(exported)


@pytest.mark.parametrize(
    ("holder", "wrong", "right"),
    [(rs, "stratfy", "stratify"), (rs.families, "two_layr", "two_layer")],
)
def test_a_misspelled_name_is_guessed(holder, wrong, right):
    with pytest.raises(AttributeError, match=f"did you mean {right}"):
        getattr(holder, wrong)


USER = """
import rankstrat as rs
from rankstrat.families import two_layer

model: rs.Model = two_layer(width=3, inputs=2, activation="tanh")
hierarchy = rs.stratify(model)
levels: list[int] = [level.rank for level in hierarchy.levels]
version: str = rs.__version__
certificate: rs.RankCertificate = rs.model_rank(model.generic())
report: rs.Report = rs.verify("linear_rank")
neuron: rs.Activation = rs.activations["tanh"]
"""
WRONG = {
    "two_layer(widht=2, inputs=1)": "widht",
    "rs.families.two_layer(width='two', inputs=1)": "width",
    "rs.families.tow_layer(width=2, inputs=1)": "tow_layer",
    "rs.stratfy(model)": "stratfy",
    "rs.model_rank(model.generic(), sed=1)": "sed",
}


def test_a_user_s_file_type_checks_and_slips_are_found(tmp_path):
    path = tmp_path / "user.py"
    path.write_text(USER + "\n".join(WRONG) + "\n")
    # with the configuration and the cache of `make types`, which has checked the package before
    done = python("-m", "mypy", str(path), cwd=PACKAGE.parent)
    lines = [line for line in done.stdout.splitlines() if "error:" in line]
    assert len(lines) == len(WRONG), done.stdout + done.stderr
    for line, word in zip(lines, WRONG.values(), strict=True):
        assert word in line


def _objects():
    """One object of every public class that a user may want to send to another process."""
    F, one = rs.families.two_layer(2, 1), rs.families.two_layer(1, 1)
    point = F.point(a=[1, 2], w=[[1], [2]])
    a, w, x = sympy.symbols("a w x")
    own = rs.Model(a * sympy.tanh(w * x), [a, w], [x])
    hierarchy, target = rs.stratify(F), rs.target_set(F, one.point([1, 1]))
    mapping = rs.mappings.splitting(one, F, layer=1, unit=0)
    rank = rs.model_rank(F.chart({"w2_1": F.parameters[2]}))
    return [
        F, point, own, rank, rank.relations[0], rs.tangent_span(point), hierarchy,
        hierarchy.levels[1], hierarchy.strata[1], rs.function_hierarchy(F), rs.stratify(own),
        target, target.branches[0], rs.optimistic_sample_size(target), mapping, mapping.check(),
        rs.numerical_rank(point), rs.rank_report(point), rs.activations["tanh"], rs.activations,
        rs.verify("linear_rank"), rs.symmetries(F)[0], rs.invariant_manifolds(F)[0],
        rs.rank_by_lemma(point), rs.recognise(own), rs.mappings.reduction(point),
        rs.local_linear_recovery(point, [1, 2, 3, 4]), rs.recovery_thresholds(target.branches[0]),
        rs.critical_functions(F, [[1], [2], [3]], [1, 2, 1], starts=10), rs.families.FAMILIES,
        rs.limiting_directions("tanh", [[1], [2]], [1, 2]), rs.Verdict.PROVED,
        rs.experiment.__globals__["EXPERIMENTS"]["plateaus"],
    ]  # fmt: skip


def test_public_objects_survive_pickle_and_deepcopy():
    for value in _objects():
        for other in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):  # noqa: S301
            assert type(other) is type(value)
            assert str(other) == str(value)


def test_losses_survive_pickle():
    f, y = sympy.symbols("f y")
    of = PointLoss.of((f - y) ** 4, [f], [y])
    for loss in (SQUARED, of, Loss(rs.families.two_layer(1, 1), [[1.0]], [2.0])):
        other = pickle.loads(pickle.dumps(loss))  # noqa: S301
        assert type(other) is type(loss)
    values = np.array([[1.0], [3.0]])
    assert pickle.loads(pickle.dumps(of)).value(values, 0 * values).tolist() == [1.0, 81.0]  # noqa: S301
