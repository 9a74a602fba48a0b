"""The singular values of the tangent functions, beside the exact rank."""

from __future__ import annotations

from typing import Any

import mpmath

from rankstrat.errors import DataError
from rankstrat.numeric import NumericalRank, RankReport
from rankstrat.pictures.canvas import colours, pyplot

ARITHMETIC = {7: "single precision", 15: "double precision"}


def plot_singular_values(source: NumericalRank | RankReport, *, axes: Any = None) -> Any:
    r"""$\log_{10}(\sigma_i/\sigma_1)$ against i, one curve for each arithmetic, with the exact rank
    as a vertical line.

    Args:
        source: one numerical rank, or a report of several.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: there is no positive singular value to draw.
    """
    results = source.results if isinstance(source, RankReport) else (source,)
    if axes is None:
        axes = pyplot("plot_singular_values").subplots(layout="constrained")[1]
    for number, result in enumerate(results):
        largest = result.singular_values[0]
        if not largest:
            raise DataError(
                "every singular value is 0; a nonzero Jacobian is needed for a picture; choose"
                " another point"
            )
        points = [
            (i, _log10(v / largest)) for i, v in enumerate(result.singular_values, start=1) if v
        ]
        label = f"{ARITHMETIC.get(result.digits, f'{result.digits} digits')}: rank {result.rank}"
        style = {"color": colours()(number / len(results)), "marker": "osv^D"[number % 5]}
        size = max(
            2.0, 8.0 - 1.5 * number
        )  # curves that agree lie on each other: the later ones are smaller
        (line,) = axes.plot(
            *zip(*points, strict=True), markersize=size, linewidth=1, label=label, **style
        )
        axes.axhline(
            _log10(result.threshold / largest), color=line.get_color(), linestyle=":", linewidth=1
        )
    if results[0].exact is not None:
        axes.axvline(
            results[0].exact.lower,
            color="black",
            linewidth=1,
            label=f"exact: rank {results[0].exact.lower}",
        )
    axes.set_xlabel("index $i$")
    axes.set_ylabel(r"$\log_{10}(\sigma_i/\sigma_1)$")
    axes.legend(title="dotted: what counts as zero")
    return axes


def _log10(value: Any) -> float:
    if value:
        return float(mpmath.log10(value))
    return float("-inf")


__all__ = ["plot_singular_values"]
