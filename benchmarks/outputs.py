"""What 25,000 findings weigh in each output: seconds, megabytes of output, and how much memory rendering adds.

    python benchmarks/outputs.py [--findings 25000]

Each output renders in a process of its own, over the same findings: those of a live account with the rules of the
default profile, 70 % passes, 20 % failures with evidence, 10 % unknown.
"""

import argparse
import gzip
import multiprocessing
import resource
import time
from collections.abc import Iterator

from cloudaudit import app, plugins
from cloudaudit.model import Evidence, Finding, Origin, Read, Report, Rule, Run, Scanned, Verdict
from cloudaudit.outputs import Options, Output

VERDICTS = (*(Verdict.PASS,) * 7, *(Verdict.FAIL,) * 2, Verdict.UNKNOWN)
ACCOUNT = "123456789012"


def main() -> None:
    """A Markdown table, an output a row."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--findings", type=int, default=25_000)
    count = options.parse_args().findings
    print("| output | seconds | MB | MB gzipped | memory added, MB |")
    print("| --- | --- | --- | --- | --- |")
    for output in plugins.find("cloudaudit.outputs", "OUTPUT"):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, size, packed, memory = pool.apply(measure, (output.name, count))
        print(f"| `{output.name}` | {seconds:.1f} | {size:.1f} | {packed:.2f} | {memory:.0f} |")


def measure(name: str, count: int) -> tuple[float, float, float, float]:
    """Seconds, megabytes, megabytes gzipped, and megabytes by which the peak of the process grew."""
    output: Output = next(one for one in plugins.find("cloudaudit.outputs", "OUTPUT") if one.name == name)
    made = report(count)
    before = _peak()
    start = time.perf_counter()
    text = output.render(made, Options())
    seconds = time.perf_counter() - start
    memory = _peak() - before
    written = text.encode()
    return seconds, len(written) / 1e6, len(gzip.compress(written, 6)) / 1e6, memory


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(count: int) -> Report:
    """A report of a live account with that many findings."""
    rules = [rule for rule in app.rules(app.Request()) if rule.resource and rule.profile == "soc2"]
    run = Run(
        id="8fcfd28885408e5578194f9bb074914f",
        target=ACCOUNT,
        rules_digest="ab",
        version="0.1.0",
        population=count // 10,
        started="2026-11-22T01:00:00Z",
        finished="2026-11-22T01:02:00Z",
    )
    scanned = (Scanned(target=ACCOUNT, root=ACCOUNT, origin=Origin.LIVE, resources=count // 10),)
    return Report(
        run=run, scanned=scanned, findings=tuple(_findings(rules, count)), rules={rule.id: rule for rule in rules}
    )


def _findings(rules: list[Rule], count: int) -> Iterator[Finding]:
    for number in range(count):
        rule = rules[number % len(rules)]
        verdict = VERDICTS[number * 7 % 10]
        arn = f"arn:aws:{rule.service or 'ec2'}:eu-central-1:{ACCOUNT}:thing/production-{number // 10:06}"
        reads = tuple(
            Read(path=f"resource.{path}", value=value, source=arn)
            for path, value in (("encrypted", False), ("kms_key_id", None), ("tags", {"team": "web", "env": "prod"}))
        )
        yield Finding(
            rule=rule.id,
            resource=arn,
            type=rule.types[0],
            address=arn,
            verdict=verdict,
            severity=rule.severity,
            message=rule.title if verdict is Verdict.PASS else rule.message.replace("{name}", arn),
            target=ACCOUNT,
            root=ACCOUNT,
            unknown_because=("kms:DescribeKey was denied",) if verdict is Verdict.UNKNOWN else (),
            evidence=Evidence(
                rule_digest="8d21ba6dcacd0db2", reads=reads, origin=Origin.LIVE, observed_at="2026-11-22T01:01:00Z"
            ),
            account=ACCOUNT,
            region="eu-central-1",
            arn=arn,
        )


if __name__ == "__main__":
    main()
