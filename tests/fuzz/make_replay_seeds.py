"""Seeds for fuzz_replay: short traces of one line each behind their first one, of every form that
the golden traces have."""
import json
import pathlib
import sys

golden, out = map(pathlib.Path, sys.argv[1:3])
out = out / "replay"
out.mkdir(parents=True, exist_ok=True)
seen = set()
for path in sorted(golden.glob("*.jsonl")):
    lines = path.read_text().splitlines(keepends=True)
    for line in lines:
        o = json.loads(line)
        form = (o["ev"], o.get("name") if o["ev"] == "msg" else "", *sorted(o))
        if form not in seen and len(line) < 6000:
            seen.add(form)
            (out / f"{len(seen):03}-{o['ev']}").write_text(lines[0] + line)
