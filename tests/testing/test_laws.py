"""Every activation and every family obeys the laws; wrong ones are caught."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
import sympy

import rankstrat as rs
from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation, Z
from rankstrat.errors import FamilyError, TargetError
from rankstrat.families import FAMILIES, build
from rankstrat.families.catalogue.diagonal import Diagonal
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.strata import Stratification
from rankstrat.symmetry import Symmetry
from rankstrat.targets import BranchList, Closure
from rankstrat.testing import EXAMPLES, check_activation, check_family, laws
from rankstrat.testing.laws import check_embeddings, check_symmetries
from rankstrat.testing.strata import check_strata
from rankstrat.testing.targets import check_target


@pytest.mark.parametrize("name", rs.activations)
def test_activation(name):
    record = rs.activations[name]
    assert "derivatives" in check_activation(record)


@pytest.mark.parametrize("name", FAMILIES)
def test_smallest_model_of_a_family(name):
    (rank,) = check_family(build(name, **EXAMPLES[name][0]))
    assert rank >= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_family(name):
    ranks = check_family(name)
    assert len(ranks) >= 3 and min(ranks) >= 1


def test_examples_are_families():
    assert set(EXAMPLES) == set(FAMILIES)


def test_unspecified_activations_pass():
    assert check_activation(as_activation("sigma")) == ("unspecified",)


TANH = rs.activations["tanh"]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TANH, parity="even"),
        replace(TANH, parity="none"),
        replace(TANH, remainder_parity="even"),
        replace(TANH, remainder_parity="unknown"),
        replace(TANH, polynomial_part=(Fraction(1, 2),)),
        replace(TANH, formula=Z**3),
        replace(TANH, formula=sympy.tanh(Z + 1)),
        replace(rs.activations["exp"], formula=sympy.exp(Z**2), parity="even"),
        Activation(
            "halved", sympy.log(1 + sympy.exp(Z)), "none", (Fraction(1),), "even", TANH.lemma
        ),
    ],
)
def test_wrong_records_are_caught(wrong):
    with pytest.raises(FamilyError):
        check_activation(wrong)


def test_a_lemma_that_does_not_hold_with_bias_is_caught():
    """exp(w.x + b) is a multiple of exp(w.x)."""
    lying = replace(
        rs.activations["exp"], lemma=replace(rs.activations["exp"].lemma, with_bias=True)
    )
    with pytest.raises(FamilyError, match="independence lemma with biases"):
        check_activation(lying)


def test_too_few_sizes_are_refused():
    with pytest.raises(FamilyError, match="three"):
        check_family("diagonal", [{"features": 1}])


@dataclass(frozen=True)
class Liar(Diagonal):
    """The diagonal model, as a guest's family; each subclass says one thing of itself that is
    wrong.
    """

    @property
    def family(self):
        return "liar"

    def branches(self, model, target):
        return Diagonal(self.features).branches(model, target)


def liar(structure):
    """A constructor of the family; the sizes are 1, 2 and 3."""

    def build(features: int):
        return rs.Model.of(structure(features))

    return build


def check_liar(monkeypatch, structure):
    monkeypatch.setitem(FAMILIES._found, "liar", liar(structure))
    return check_family("liar", [{"features": n} for n in (1, 2, 3)])


@pytest.mark.slow
def test_the_honest_guest_passes(monkeypatch):
    assert check_liar(monkeypatch, Liar) == (1, 2, 3)


def wrapped(strata, **wrong):
    """A stratification that answers some questions in another way."""
    names = [name for name in dir(Stratification) if not name.startswith("_")]
    answers = {name: getattr(strata, name) for name in names} | wrong
    return type(
        "Wrapped", (), {name: staticmethod(a) if callable(a) else a for name, a in answers.items()}
    )()


class DeclaresSign(Liar):
    def conditions(self, model):
        return ()

    def generators(self, model):  # a -> b changes the sign of the output
        a, b = model.parameters[0], model.parameters[self.features]
        return ({a: b, b: a},)


class DeclaresProjection(DeclaresSign):
    def generators(self, model):
        return ({model.parameters[0]: model.parameters[1]},)


class StrataTwice(Liar):
    def strata(self, model):
        own = super().strata(model)
        return wrapped(own, labels=lambda: [*own.labels(), *own.labels()])


class StrataMissing(Liar):
    def strata(self, model):
        own = super().strata(model)
        return wrapped(own, labels=lambda: list(own.labels())[:-1])


class StrataOfAnotherRank(Liar):
    def strata(self, model):
        own = super().strata(model)
        return wrapped(own, rank=lambda label: own.rank(label) + 1)


class StrataOverlap(Liar):
    def strata(self, model):
        own = super().strata(model)
        generic = max(own.labels(), key=own.dimension)
        return wrapped(own, point=lambda label, seed=0: own.point(generic, seed))


class StrataOfAnotherDimension(Liar):
    def strata(self, model):
        own = super().strata(model)
        return wrapped(own, dimension=lambda label: own.dimension(label) + 1)


class StrataUpsideDown(Liar):
    def strata(self, model):
        own = super().strata(model)
        return wrapped(own, children=lambda label: [(label, None)])


class StrataWithoutSymmetry(Liar):
    def strata(self, model):
        own = super().strata(model)
        labels, negative = list(own.labels()), next(iter(model.parameters))
        signed = [(label, sign) for label in labels for sign in (False, True)]
        return wrapped(
            own,
            labels=lambda: signed,
            label_of=lambda point: (own.label_of(point), bool(point.values[negative] < 0)),
            rank=lambda label: own.rank(label[0]),
        )


class TargetMissing(Liar):
    def branches(self, model, target):
        found = super().branches(model, target)
        zero = [b for b in found.branches if b.sample().values[model.parameters[0]] == 0]
        return BranchList(tuple(zero), True, "a lie")


class TargetRefused(Liar):
    def branches(self, model, target):
        raise TargetError("the target is not in the function space; a lie; choose another")


class TargetOfAnotherFunction(Liar):
    def branches(self, model, target):
        found = super().branches(model, target)
        wrong = replace(
            found.branches[0],
            chart=model.point([2] * model.size),
            closure=Closure((), decide=lambda point: True),
        )
        if found.branches[0].chart.is_point:
            wrong = found.branches[0]
        return BranchList((wrong,), True, found.basis)


class TargetOutsideItsBranch(Liar):
    def branches(self, model, target):
        found = super().branches(model, target)
        wrong = [replace(b, closure=Closure((sympy.Integer(1),))) for b in found.branches]
        return BranchList(tuple(wrong), False, found.basis)


@pytest.mark.parametrize(
    ("structure", "law"),
    [
        (DeclaresSign, "is left as it is by the symmetry a1 -> b1"),
        (DeclaresProjection, "declares signed permutations"),
        (StrataTwice, "names every stratum once"),
        (StrataMissing, "has a stratum that contains"),
        (StrataOfAnotherRank, "has the rank"),
        (StrataOverlap, "has disjoint strata"),
        (StrataOfAnotherDimension, "has the dimension of its chart"),
        (StrataUpsideDown, "of a smaller dimension"),
        (StrataWithoutSymmetry, "and its image under"),
        (TargetMissing, "has a branch of its target set that contains"),
        (TargetRefused, "has parameters for its own function"),
        (TargetOfAnotherFunction, "has the function of"),
        (TargetOutsideItsBranch, "in the closure of its branch"),
    ],
)
def test_wrong_families_are_caught(monkeypatch, structure, law):
    with pytest.raises(FamilyError, match=law):
        check_liar(monkeypatch, structure)


def test_a_wrong_symmetry_is_caught(monkeypatch):
    """The search verifies what it finds; the law does not rely on that."""

    def wrong(model):
        a, b = model.parameters[:2]
        return (
            *rs.symmetries(model),
            Symmetry(model, "permutation", {a: b, b: a}, None, rs.Verdict.PROVED),
        )

    monkeypatch.setattr(laws, "symmetries", wrong)
    with pytest.raises(
        FamilyError, match="is left as it is by the symmetry 'permutation: a1 -> b1"
    ):
        check_family("diagonal", [{"features": n} for n in (1, 1, 1)])


@pytest.mark.parametrize(
    ("share", "law"),
    [((2, 0), "the same outputs after liar"), ((1, 7), "no larger rank after liar")],
)
def test_a_wrong_embedding_is_caught(monkeypatch, share, law):
    """A mapping that doubles the first neuron, and one that adds a silent neuron at another
    weight.
    """

    class Mapping:
        name, symbols, target = "liar", (), rs.families.two_layer(width=2, inputs=1)

        def check(self):
            return None

        def chart(self, point, values):
            a, w = point.raw
            return self.target.point([share[0] * a, 0, w, share[1] or w])

    monkeypatch.setattr(laws, "splitting", lambda model: Mapping())
    with pytest.raises(FamilyError, match=law):
        check_embeddings("here", rs.families.two_layer(width=1, inputs=1))


def test_law_of_embeddings_that_change_the_outputs(monkeypatch):
    def wrong(model):
        wide = rs.families.two_layer(width=2, inputs=1)
        values = dict(
            zip(
                wide.parameters,
                (model.parameters[0],) * 2 + (model.parameters[1],) * 2,
                strict=True,
            )
        )
        return CriticalMapping(model, wide, values)

    monkeypatch.setattr(laws, "splitting", wrong)
    with pytest.raises(FamilyError, match="has the same outputs after wrong"):
        check_embeddings("here", rs.families.two_layer(width=1, inputs=1))


def test_the_laws_are_checked_where_families_speak_of_themselves():
    """Not in vain: symmetries, strata and branches of a two-layer network are counted."""
    model = rs.families.two_layer(width=2, inputs=1)
    assert check_symmetries("here", model) == len(rs.symmetries(model)) == 3
    assert check_strata("here", model) > 6
    assert check_target("here", model) >= 2
    assert check_embeddings("here", model) == 2
    assert check_embeddings("here", rs.families.diagonal(2)) == 0
    assert (
        check_strata("here", rs.families.kan(1, 1, 2))
        == check_target("here", rs.families.kan(1, 1, 2))
        == 0
    )


def test_an_unspecified_function_has_the_symmetries_of_all():
    model = rs.families.two_layer(width=2, inputs=1, activation="sigma")
    assert check_symmetries("here", model) == 1
