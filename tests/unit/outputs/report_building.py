"""One report, made by hand, that every output renders: two roots and a plan, hostile names, every verdict."""

from cloudaudit import model
from cloudaudit.model import Finding, Location, Origin, Report, Rule, Severity, Status, Theme, Verdict

ENCRYPTED = Rule(
    id="rds-instance-storage-encrypted",
    title="RDS instance storage is encrypted",
    theme=Theme.ENCRYPTION_AT_REST,
    severity=Severity.HIGH,
    criteria=("CC6.1", "C1.1"),
    resource="aws_db_instance",
    require="resource.storage_encrypted == true",
    message="Storage of {name} is not encrypted.",
    why="Snapshots, replicas and automated backups inherit the setting,\nso one plain instance leaks its copies too.",
    fix=model.Fix(
        effect="replace",
        set={"storage_encrypted": True},
        steps="Snapshot the instance, copy the snapshot with a key, restore from the copy, switch clients over.",
    ),
    same_as={"checkov": ("CKV_AWS_16",), "trivy": ("AWS-0080",)},
    formerly=("rds-encrypted",),
)
SSH = Rule(
    id="vpc-security-group-ssh-not-public",
    title="Security groups do not admit SSH from the internet",
    theme=Theme.NETWORK_EXPOSURE,
    severity=Severity.CRITICAL,
    criteria=("CC6.6",),
    resource="aws_security_group",
    require="true",
    message="{name} admits port 22 from the internet.",
    why="Scanners find an open port within minutes.",
    fix=model.Fix(effect="in-place", steps="Name the networks that need it, or use Session Manager."),
)
TAGGED = Rule(
    id="s3-bucket-owner-tagged",
    title="S3 bucket names its owner in a tag",
    theme=Theme.CHANGE_MANAGEMENT,
    severity=Severity.LOW,
    criteria=("CC2.1",),
    resource="aws_s3_bucket",
    require="true",
    message="{name} has no tag that names an owner.",
    why="Somebody must answer for the data.",
    fix=model.Fix(effect="in-place", add='tags = {\n  owner = "team"\n}'),
    stage="preview",
)


def found(rule: Rule, address: str, verdict: Verdict, *, root: str = "envs/prod", **more: object) -> Finding:
    values: dict[str, object] = {
        "rule": rule.id,
        "resource": f"{root}:{address}" if root not in ("", ".") else address,
        "type": str(rule.resource),
        "address": address,
        "verdict": verdict,
        "severity": rule.severity,
        "message": rule.message.replace("{name}", address),
        "target": "infra",
        "root": root,
    }
    return Finding(**{**values, **more})  # type: ignore[arg-type]


def at(file: str, line: int, end: int | None = None) -> Location:
    return Location(file=file, line=line, column=3, end_line=end or line, end_column=29)


def criterion(name: str, title: str, **more: object) -> model.CriterionState:
    rules = more.pop("rules", ())
    counts = {"population": 0, "failing": 0, "unknown": 0, **more}
    manual = "" if rules else "Code of conduct, sanctions."
    about = model.Criterion(
        id=name,
        category="security",
        series=name[:3],
        title=title,
        coverage="partial" if rules else "manual",
        manual=manual,
    )
    return model.CriterionState(criterion=about, rules=rules, **counts)  # type: ignore[arg-type]


EVIDENCE = model.Evidence(
    rule_digest="5d0c",
    reads=(model.Read(path="resource.storage_encrypted", value=False, source="envs/prod:aws_db_instance.legacy"),),
    origin=Origin.SOURCE,
)


def instances() -> list[Finding]:
    place = at("modules/db/main.tf", 4)
    return [
        found(ENCRYPTED, f'module.db["{name}"].aws_db_instance.this', Verdict.FAIL, location=place)
        for name in ("a", "b", "c", "d", "e")
    ]


def findings() -> list[Finding]:
    evil = 'aws_security_group.b["\x1b[31mred](http://x)\n::error::\u202e"]'
    return [
        *instances(),
        found(
            ENCRYPTED, "aws_db_instance.legacy", Verdict.FAIL, location=at("envs/prod/main.tf", 40), evidence=EVIDENCE
        ),
        found(ENCRYPTED, "aws_db_instance.main", Verdict.PASS, location=at("envs/prod/main.tf", 9)),
        found(
            ENCRYPTED,
            "aws_db_instance.main",
            Verdict.UNKNOWN,
            root="envs/staging",
            location=at("envs/staging/main.tf", 12),
            unknown_because=("var.encrypt has no value",),
        ),
        found(SSH, evil, Verdict.FAIL, location=at("envs/prod/näme of file.tf", 3, 7)),
        found(SSH, "aws_security_group.planned", Verdict.FAIL, root="", target="plan.json"),
        found(TAGGED, "aws_s3_bucket.logs", Verdict.FAIL, location=at("envs/prod/s3.tf", 1), status=Status.WAIVED),
        found(TAGGED, "aws_s3_bucket.data", Verdict.FAIL, location=at("envs/prod/s3.tf", 8)),
    ]


def sample() -> Report:
    gaps = (
        model.Gap(
            what="module.vpc",
            why="the module terraform-aws-modules/vpc/aws is not on disk",
            remedy='Run "terraform init" in envs/prod and scan again.',
            location=at("envs/prod/main.tf", 2),
        ),
    )
    run = model.Run(id="0f", target="infra, plan.json", rules_digest="ab12", version="0.1.0", population=11, gaps=gaps)
    scanned = (
        model.Scanned(target="infra", root="envs/prod", origin=Origin.SOURCE, resources=9),
        model.Scanned(target="infra", root="envs/staging", origin=Origin.SOURCE, resources=1),
        model.Scanned(target="plan.json", root="", origin=Origin.PLAN, resources=1),
    )
    states = (
        criterion("CC1.1", "Leadership shows that it values integrity and ethics."),
        criterion(
            "CC6.1",
            "Logical access to information is restricted.",
            rules=(ENCRYPTED.id,),
            population=8,
            failing=6,
            unknown=1,
        ),
        criterion("CC6.6", "Access from outside the boundary is restricted.", rules=(SSH.id,), population=2, failing=2),
        criterion("CC8.1", "Changes are authorised, tested and approved.", rules=("x",)),
    )
    rules = {rule.id: rule for rule in (ENCRYPTED, SSH, TAGGED)}
    return Report(run=run, scanned=scanned, findings=tuple(findings()), rules=rules, criteria=states)
