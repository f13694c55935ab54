"""Compares densely with other libraries, side by side, and writes a page in docs/."""

import argparse
import json
import os
import signal
import sys
import time
from datetime import date

import busy
import install
import machine
import peers as libraries
import report
import sizes
from measure import measure
from peers import TARGET
from rows import BUSY_ROWS, all_rows, select, when_busy
from worker import Crew

RESULTS = TARGET / "results.json"
EPILOG = """
A full run takes about 25 minutes on two cores, after the peers are installed; most of it
is torch.compile compiling, and the clean builds of the row `sizes`. More rounds make the
medians steadier: --rounds 15 doubles the time. Figures are merged into the JSON file, so a
part can be run again: --rows step/mnist,latency. With --busy 1 a loop that never ends is
pinned to the first core, and the figures have a table of their own.
"""


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        "benches/peers/run",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = lambda text: [name for name in text.split(",") if name]  # noqa: E731
    parser.add_argument("--rows", type=names, default=[], help="ids or beginnings of ids, or sizes")
    parser.add_argument("--peers", type=names, default=[], help="libraries, comma between them")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each library (7)")
    parser.add_argument("--quick", action="store_true", help="three short rounds, to try it out")
    parser.add_argument(
        "--busy", type=int, default=0, metavar="N", help="other programs keep N cores busy"
    )
    parser.add_argument("--json", default=RESULTS, help="the figures (target/peers/results.json)")
    parser.add_argument("--page", default="", help="write docs/benchmarks-PAGE.md, of this machine")
    parser.add_argument("--report", action="store_true", help="only write the page anew")
    parser.add_argument("--list", action="store_true", help="only list the rows")
    options = parser.parse_args()
    options.seconds = 0.05 if options.quick else 0.15  # A turn.
    options.rounds = min(options.rounds, 3) if options.quick else options.rounds
    options.least_rounds = 2 if options.quick else 3
    # A row of slow steps gets fewer rounds: as many as fit into this time.
    options.row_seconds = 10.0 if options.quick else max(14.0, 2.0 * options.rounds)
    return options


def load(path):
    """The figures so far."""
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        return {"rows": {}, "sizes": {}, "machine": {}}


def save(path, results):
    """Writes the figures, all or nothing."""
    part = f"{path}.part"
    with open(part, "w") as file:
        json.dump(results, file, indent=1)
    os.replace(part, path)


def say(text):
    """A line of progress."""
    print(text, flush=True)


def run_rows(rows, chosen, options, results):
    """Measures the rows; those with the same number of threads share their workers."""
    kept = results["rows"]
    if options.busy:
        kept = results.setdefault("busy", {}).setdefault(str(options.busy), {})
        rows = [when_busy(row) for row in rows]
    for threads in sorted({row["threads"] for row in rows}):
        with Crew(threads) as crew, busy.cores(options.busy):
            for row in (row for row in rows if row["threads"] == threads):
                say(row["id"])
                start = time.monotonic()
                figures = measure(row, chosen, crew, options, say)
                old = kept.get(row["id"], {}).get("peers", {})
                for figure in figures.values():
                    figure["date"] = date.today().isoformat()
                merged = {"row": row, "peers": old | figures}
                kept[row["id"]] = merged
                save(options.json, results)
                say(f"  {report.line(merged)} [{time.monotonic() - start:.0f} s]")


def disagreements(results):
    """Each worker whose numbers are not ours."""
    parts = [results["rows"], *results.get("busy", {}).values()]
    for name, entry in (item for rows in parts for item in rows.items()):
        for peer, figure in entry["peers"].items():
            if figure.get("agrees") is False:
                yield f"{name}: {peer} does not compute the same"


def main():
    """Installs, measures, reports; the exit status is 1 if numbers disagree."""
    options = arguments()
    if options.list:
        for row in all_rows():
            print(f"{row['id']:24} {report.describe(row)}")
        return 0
    TARGET.mkdir(parents=True, exist_ok=True)
    results = load(options.json)
    if not options.report:
        rows = select(options.rows)
        chosen = libraries.choose(options.peers)
        if options.busy and not options.rows:
            rows = select(BUSY_ROWS)
        wants_sizes = not options.busy and (not options.rows or "sizes" in options.rows)
        if not rows and not wants_sizes:
            sys.exit(f"no rows of the names {', '.join(options.rows)}; see --list")
        problems = install.install(chosen, say)
        usable = [peer for peer in chosen if peer.name not in problems]
        results["problems"] = results.get("problems", {}) | problems
        for peer in usable:
            results["problems"].pop(peer.name, None)
        results["machine"] = machine.describe()
        try:
            run_rows(rows, usable, options, results)
            if wants_sizes:
                sizes.measure(usable, results["sizes"], say)
        finally:
            save(options.json, results)
    report.write(results, options.page)
    wrong = list(disagreements(results))
    for line in wrong:
        say(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    # Ended from outside, workers are ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
