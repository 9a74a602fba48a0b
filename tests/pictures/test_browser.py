"""The interactive page in a real browser without a window, where there is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

import rankstrat as rs

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), "")
F = rs.families.two_layer(2, 1)
PAGES = {
    "strata": lambda: rs.stratify(F),
    "branches": lambda: rs.target_set(F, rs.families.two_layer(1, 1).point([1, 2])),
}
ACT = """
<script>
const errors=[];addEventListener("error",e=>errors.push(e.message));
const all=[...document.querySelectorAll("g.node")],field=document.getElementById("search");
const faint=()=>all.filter(g=>getComputedStyle(g).opacity<1).length;
const size=all[0].querySelector("circle").getBoundingClientRect().width;
all[0].dispatchEvent(new PointerEvent("pointermove",{clientX:300,clientY:200,bubbles:true}));
const told=document.getElementById("tip").textContent,seen=getComputedStyle(tip).display;
field.value="WORD";field.dispatchEvent(new Event("input"));
const found=document.getElementById("count").textContent,pale=faint();
field.value="";field.dispatchEvent(new Event("input"));
all[0].dispatchEvent(new MouseEvent("click",{bubbles:true}));const near=all.length-faint();
svg.dispatchEvent(new WheelEvent("wheel",{deltaY:-400,clientX:300,clientY:200,cancelable:true}));
const larger=all[0].querySelector("circle").getBoundingClientRect().width/size;
const report=document.createElement("pre");report.id="report";
report.textContent=JSON.stringify({errors,nodes:all.length,size,told,seen,found,pale,near,larger});
document.body.appendChild(report);
</script></body>"""


@pytest.mark.skipif(not BROWSER, reason="there is no browser here")
@pytest.mark.parametrize("name", PAGES)
def test_a_browser_draws_searches_and_zooms(name, tmp_path):
    source = PAGES[name]()
    diagram, word = source.diagram, "rank"
    page = tmp_path / "page.html"
    page.write_text(source.to_html().replace("</body>", ACT.replace("WORD", word)))
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/user",
         "--window-size=1000,700", "--virtual-time-budget=3000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    shown = re.search(r'<pre id="report">(.*?)</pre>', done.stdout, re.S)
    assert shown, done.stderr[-1000:]
    report = json.loads(unescape(shown[1]))
    assert report["errors"] == [] and report["nodes"] == len(diagram.nodes)
    assert report["size"] > 3  # pixels: it is really drawn
    assert report["seen"] == "block" and diagram.nodes[0].label.split(", ")[0] in report["told"]
    hits = int(report["found"].split(" of ")[0])
    assert report["pale"] == len(diagram.nodes) - hits
    near = {0, *(n for e in diagram.edges if 0 in (e.first, e.second) for n in (e.first, e.second))}
    assert report["near"] == len(near)
    assert report["larger"] > 1.2
