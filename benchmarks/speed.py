"""Times cloudaudit beside other scanners on the same work, whole processes, and prints a Markdown table.

    python benchmarks/speed.py --tree terragoat=PATH [--tree NAME=PATH ...] [--checkov PATH] [--trivy PATH] [--runs 5]

The commands take turns (A B A B ...), so that a machine that slows down slows all of them; quote the ratios. Wall and
CPU seconds are medians; memory is the peak of the largest process. Generated inputs are written to a temporary
folder.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from make_source import write_source

OURS = Path(sys.executable).with_name("cloudaudit")


@dataclass
class Sample:
    """One run: seconds, megabytes and exit code; `ended` is false after a time-out."""

    wall: float
    cpu: float
    memory: float
    code: int
    ended: bool = True


@dataclass(frozen=True)
class Work:
    """Something to scan; `runs` fewer where a peer needs minutes."""

    name: str
    path: Path
    is_plan: bool = False


def measure(command: list[str], timeout: float) -> Sample:
    """Run `command` once with its output thrown away."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as sink:
        child = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        ended = True
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() - started > timeout:
                ended = False
                child.kill()
                _, status, usage = os.wait4(child.pid, 0)
                break
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode, ended)


def commands(work: Work, checkov: str, trivy: str) -> dict[str, list[str]]:
    """One command per scanner that is there."""
    target = str(work.path)
    found = {"cloudaudit": [str(OURS), "scan", target]}
    if checkov:
        place = ["-f", target] if work.path.is_file() else ["-d", target]
        framework = "terraform_plan" if work.is_plan else "terraform"
        found["checkov"] = [checkov, *place, "--framework", framework, "--compact", "--quiet"]
        if not work.path.is_file():
            found["checkov, as it comes"] = [checkov, *place, "--compact", "--quiet"]  # all frameworks, secrets too
    if trivy:
        found["trivy"] = [trivy, "config", "--offline-scan", "--skip-check-update", "--quiet", target]
    return found


def compare(work: Work, runs: int, timeout: float, checkov: str, trivy: str) -> None:
    """Print one row per scanner."""
    todo = commands(work, checkov, trivy)
    samples: dict[str, list[Sample]] = {name: [] for name in todo}
    measure(todo["cloudaudit"], timeout)  # warms the file cache and our rule cache
    for _ in range(runs):
        for name, command in todo.items():
            if all(sample.ended for sample in samples[name]):
                samples[name].append(measure(command, timeout))
    ours = statistics.median(sample.wall for sample in samples["cloudaudit"])
    for name, taken in samples.items():
        wall = statistics.median(sample.wall for sample in taken)
        cpu = statistics.median(sample.cpu for sample in taken)
        memory = max(sample.memory for sample in taken)
        shown = f"{wall:.2f}" if taken[-1].ended else f"> {timeout:.0f} (stopped)"
        ratio = f"{wall / ours:.1f}" if name != "cloudaudit" else "1"
        codes = "/".join(sorted({str(sample.code) for sample in taken}))
        print(
            f"| {work.name} | {name} | {shown} | {cpu:.2f} | {memory:.0f} | {ratio} | {len(taken)} | {codes} |",
            flush=True,
        )


def main() -> None:
    """Parse the options, make the inputs, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", action="append", default=[], metavar="NAME=PATH", help="a Terraform folder to scan")
    parser.add_argument("--checkov", default="", help="checkov in its own virtual environment")
    parser.add_argument("--trivy", default=shutil.which("trivy") or "")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--only", default="", help="run only work whose name contains this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        todo = [Work(name, Path(path).resolve()) for name, _, path in (tree.partition("=") for tree in options.tree)]
        todo += generated(Path(folder))
        print("| work | scanner | wall s | CPU s | peak MB | wall, ours = 1 | runs | exit |")
        print("| --- | --- | --: | --: | --: | --: | --: | --- |")
        for work in todo:
            if options.only in work.name:
                compare(work, options.runs, options.timeout, options.checkov, options.trivy)


def generated(folder: Path) -> list[Work]:
    """Inputs of known size."""
    one, source = folder / "one", folder / "source"
    write_source(one, 1)
    write_source(source, 5_000)
    plans = {
        "plan of 1,000 resources": ("1000",),
        "plan of 10,000 resources": ("10000",),
        "plan of a change to 1,000 resources": ("1000", "--update"),
    }
    made = {name: folder / f"{number}.json" for number, name in enumerate(plans)}
    for name, (size, *more) in plans.items():
        # in a process of its own: a child starts with the memory peak of its parent
        script = Path(__file__).with_name("make_plan.py")
        subprocess.run([sys.executable, script, size, made[name], *more], check=True)
    return [
        Work("one resource", one),
        Work("5,000 resources of source", source),
        *(Work(name, path, is_plan=True) for name, path in made.items()),
    ]


if __name__ == "__main__":
    main()
