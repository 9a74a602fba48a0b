"""How condensed a trained network is: weights from a file, narrower networks it nearly equals, with
certified ranks.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from rankstrat.cli._progress import busy
from rankstrat.cli._question import add_columns, add_formats, alone, emit, say, whole_number
from rankstrat.cli._status import HOLDS
from rankstrat.errors import DataError
from rankstrat.networks import (
    Condensation,
    GraphNetwork,
    condensation,
    plot_condensation,
    read,
)
from rankstrat.networks.files.inputs import read_inputs
from rankstrat.networks.graph_report import GraphReport
from rankstrat.networks.report import to_json
from rankstrat.text.parsing import shown

EXAMPLE = """examples:
  rankstrat read net.npz --activation tanh
  rankstrat read net.safetensors --activation relu --data inputs.npy --plot report.png
  rankstrat read net.onnx --json > report.json && rankstrat check report.json

formats: .npz, .safetensors, .onnx, .json; names of torch, Keras and Flax are understood, and W1,
b1, W2, ... Nothing in a file is executed."""


def configure(parser: ArgumentParser) -> None:
    """A weight file, what it does not say, and a format; --json is the report."""
    parser.add_argument("file", metavar="FILE", help="weights: npz, safetensors, ONNX or JSON")
    parser.add_argument("--activation", metavar="NAME", help="of the hidden layers")
    parser.add_argument(
        "--orientation", metavar="ORDER", help="'out,in' (torch) or 'in,out' (Keras, Flax)"
    )
    parser.add_argument("--data", metavar="FILE", help="inputs (n, d): npy, npz or JSON")
    parser.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="names the inputs (default 0)"
    )
    parser.add_argument(
        "--plot", metavar="FILE", help="draw the report into a PNG, PDF or SVG file"
    )
    add_formats(parser)
    add_columns(parser)


def run(options: Namespace) -> int:
    """Print the profile."""
    alone(options)
    network = read(options.file, activation=options.activation, orientation=options.orientation)
    data = None if options.data is None else read_inputs(Path(options.data))
    if isinstance(network, GraphNetwork):
        return _graph(network, data, options)
    with busy("condensation"):
        found = condensation(network, data=data, seed=options.seed)
    if options.format == "json":
        print(to_json(found, seed=options.seed))
    elif options.format == "text" and not options.columns:
        say(found)
    else:
        emit(found.table(), options.format, columns=options.columns)
    if options.plot is not None:
        _draw(options.plot, found)
    return HOLDS


def _graph(graph: GraphNetwork, data: Any, options: Namespace) -> int:
    """Print the report of a graph.

    Raises:
        DataError: a table or a picture of a graph was asked for.
    """
    if options.plot is not None or options.columns or options.format not in ("json", "text"):
        raise DataError(
            f"a table or picture of {shown(options.file)}, a graph, was asked for; text or --json"
            " is needed; draw its parts: rankstrat.plot_condensation(graph.dense[0].condensation())"
        )
    found = GraphReport.of(graph, data, seed=options.seed)
    if options.format == "json":
        print(found.to_json(seed=options.seed))
    else:
        say(found)
    return HOLDS


def _draw(name: str, found: Condensation) -> None:
    """Draw the report into a file.

    Raises:
        DataError: it cannot be written.
    """
    figure = plot_condensation(found)
    try:
        figure.savefig(name, dpi=160)
    except (OSError, ValueError) as error:
        raise DataError(
            f"--plot {shown(name)} cannot be written ({shown(str(error))}); a PNG, PDF or SVG file"
            " in a folder that exists is needed"
        ) from error
