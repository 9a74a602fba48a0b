"""Pictures up to symmetry: the numbers of the quotient are those of the whole graph, pages are
self-contained and run, exports are read back.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections import Counter

import networkx as nx
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import DataError
from rankstrat.pictures import plot_orbits
from rankstrat.text.diagram import plain

ONE = rs.families.two_layer(1, 1).point([1, 1])


def targets(width):
    return rs.target_set(rs.families.two_layer(width, 1), ONE)


@pytest.mark.parametrize("width", [2, 3])
def test_the_quotient_counts_the_pairs_of_the_whole_graph(width):
    Q = targets(width)
    first = {b.label: i for i, b in enumerate(Q.branches) if b.representative is None}
    orbit = [first[(b.representative or b).label] for b in Q.branches]
    copies = Counter(orbit)
    assert {i: d["copies"] for i, d in Q.quotient.nodes(data=True)} == dict(copies)
    pairs = Counter(
        (*sorted((orbit[i], orbit[j])), d) for i, j, d in Q.graph.edges(data="dimension")
    )
    found = {
        (*sorted((i, j)), d["dimension"]): d["pairs"] for i, j, d in Q.quotient.edges(data=True)
    }
    assert found == dict(pairs)
    assert sum(found.values()) == Q.graph.number_of_edges()


def sources():
    relu = rs.families.two_layer(width=1, inputs=2, activation="relu")
    return {
        "strata": rs.stratify(rs.families.two_layer(2, 2)),
        "kinks": rs.stratify(relu),
        "branches": targets(3),
        "orbits alone": targets(6),
        "factors": rs.stratify(rs.families.matrix_factorization(2, 2, 2)),
    }


STUB = """
const events={};
function element(){return {children:[],style:{},classList:{toggle(){}},attributes:{},
 setAttribute(k,v){this.attributes[k]=v},appendChild(c){this.children.push(c);return c},
 addEventListener(n,f){events[n]=f},getBoundingClientRect(){return{left:0,top:0,width:800,height:600}},
 clientWidth:800,clientHeight:600,offsetWidth:10,offsetHeight:10,value:"open"}}
const ids={};
globalThis.document={getElementById(i){return ids[i]??=element()},createElement:element,
 createElementNS(){return element()}};
globalThis.addEventListener=(n,f)=>events[n]=f;globalThis.innerWidth=800;globalThis.innerHeight=600;
"""
AFTER = """
events.input();events.wheel({preventDefault(){},deltaY:100,clientX:5,clientY:5});
events.pointermove({pointerId:1,clientX:1,clientY:1});events.click();
console.log(JSON.stringify({found:ids.count.textContent,box:ids.picture.attributes.viewBox,
 drawn:ids.view.children.length}));
"""


@pytest.mark.parametrize("name", list(sources()))
def test_a_page_is_one_file_that_runs(name, tmp_path):
    source = sources()[name]
    text = source.to_html()
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"<(link|img|iframe)|src=|@[A-Z]+@", text)
    script = re.search(r"<script>(.*)</script>", text, re.S)[1]
    data = json.loads(re.search(r"^const data=(.*);$", script, re.M)[1])
    diagram = source.diagram
    assert len(data["nodes"]) == len(diagram.nodes) and len(data["edges"]) == len(diagram.edges)
    if shutil.which("node") is None:
        return
    path = tmp_path / "page.js"
    path.write_text(STUB + script + AFTER)
    done = subprocess.run(["node", path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    # the search for "open" finds the nodes with that word, here those with that verdict
    hits = sum("open" in json.dumps(node).lower() for node in data["nodes"])
    assert shown["found"] == f"{hits} of {len(data['nodes'])}"
    assert (hits > 0) == any(n.verdict == "OPEN" for n in diagram.nodes)
    assert shown["drawn"] >= len(data["nodes"]) + len(data["edges"])
    assert all(float(part) == float(part) for part in shown["box"].split())


def test_labels_cannot_leave_the_script():
    p, x = sympy.Symbol("</script><b>"), sympy.Symbol("x")
    text = rs.stratify(rs.Model(p * x, [p], [x], name="</title><i>")).to_html()
    assert text.count("</script>") == 1 and "<i></" not in text and "</title><i>" not in text


@pytest.mark.parametrize("name", list(sources()))
def test_tikz_is_balanced_and_complete(name):
    source = sources()[name]
    text = source.to_tikz()
    nodes, edges = source.diagram.nodes, source.diagram.edges
    assert text.count(r"\node[") == len(nodes) and text.count(r"\draw[") == len(edges)
    body = text.replace(r"\{", "").replace(r"\}", "")
    assert body.count("{") == body.count("}") and text.count("$") % 2 == 0
    assert (", dashed]" in text) == any(n.verdict != "PROVED" for n in nodes)


def test_every_graph_is_read_back_from_graphml_and_gexf():
    H, Q = rs.stratify(rs.families.two_layer(2, 1)), targets(2)
    models = [rs.families.two_layer(m, 1) for m in (1, 2)]
    for graph in (H.graph, H.skeleton, Q.graph, Q.quotient, rs.embedding_graph(models)):
        flat = plain(graph)
        for write, read in (
            (nx.write_graphml, nx.read_graphml),
            (nx.write_gexf, nx.read_gexf),
        ):
            buffer = io.BytesIO()
            write(flat, buffer)
            buffer.seek(0)
            again = read(buffer)
            assert again.number_of_nodes() == graph.number_of_nodes()
            assert again.number_of_edges() == graph.number_of_edges()
    assert H.to_graphml().startswith("<?xml") and "<graphml" in Q.to_graphml()


def test_orbits_are_drawn_or_refused():
    pytest.importorskip("matplotlib").use("agg")
    for source in sources().values():
        axes, diagram = plot_orbits(source), source.diagram
        few = len(diagram.nodes) <= 30
        assert len(axes.collections) == len((diagram if few else diagram.gathered).nodes)
    with pytest.raises(DataError, match="a str was given; a rank hierarchy or a target set"):
        plot_orbits("strata")


def test_many_orbits_are_gathered_by_row_and_shade():
    pytest.importorskip("matplotlib").use("agg")
    H = rs.stratify(rs.families.two_layer(4, 1))
    cells = Counter((s.rank, s.dimension) for s in H.strata)
    diagram = H.diagram.gathered
    assert {(n.row, n.shade) for n in diagram.nodes} == set(cells)
    assert sum(n.many for n in diagram.nodes) == sum(s.orbit for s in H.strata)
    assert {n.label for n in diagram.nodes if n.label.endswith(" orbits")} == {
        f"{k} orbits" for k in cells.values() if k > 1
    }
    # the edges that are left reach what the edges between strata reach
    whole = nx.DiGraph()
    for upper, lower in H.graph.edges:
        if (upper.rank, upper.dimension) != (lower.rank, lower.dimension):
            whole.add_edge((upper.rank, upper.dimension), (lower.rank, lower.dimension))
    left = nx.DiGraph(
        tuple((diagram.nodes[k].row, diagram.nodes[k].shade) for k in (e.first, e.second))
        for e in diagram.edges
    )
    assert set(nx.transitive_closure(left).edges) == set(nx.transitive_closure(whole).edges)
    assert set(left.edges) == set(nx.transitive_reduction(whole).edges)
    axes = plot_orbits(H)
    assert len(axes.collections) == len(cells)
    assert [t.get_text() for t in axes.get_xticklabels()] == [str(d) for d in range(9)]


def test_branches_of_deep_networks_stand_in_rows_by_dimension():
    F = rs.families.fully_connected([1, 2, 2, 1], "tanh", bias=False, output_bias=False)
    one = rs.families.fully_connected([1, 1, 1, 1], "tanh", bias=False, output_bias=False)
    Q = rs.target_set(F, one.point([1, 2, 3]))
    assert Q.diagram.rows == "dimension"
    assert {n.row for n in Q.diagram.nodes} == {b.dimension for b in Q.branches}
    assert len({n.row for n in Q.diagram.nodes}) > 1
