"""What the commands print: (name, arguments, exit code). `make golden` writes tests/golden/cli/NAME.txt for reviewers.

Every case runs in a folder that holds tests/cli/files, a copy of the demo estate as `shop`, and some files that are no
Terraform at all. Rules are named, so that a new rule changes nothing here.
"""

from typing import NamedTuple


class Case(NamedTuple):
    name: str
    arguments: str
    exit: int


PICK = (
    "--rule rds-instance-storage-encrypted --rule ebs-volume-encrypted --rule rds-instance-backups-enabled"
    " --rule dynamodb-table-deletion-protection"
)

CASES = (
    Case("help", "--help", 0),
    Case("help-scan", "scan --help", 0),
    Case("help-rules", "rules --help", 0),
    Case("version", "--version", 0),
    Case("no-command", "", 2),
    Case("unknown-command", "scna shop", 2),
    Case("unknown-option", "scan shop --fast", 2),
    Case("scan", f"scan shop {PICK}", 1),
    Case("scan-all", f"scan shop {PICK} --all", 1),
    Case("scan-one-root", f"scan shop --root shop/envs/prod {PICK}", 1),
    Case("scan-no-such-root", f"scan shop --root envs/nowhere {PICK}", 2),
    Case("scan-clean", f"scan clean {PICK}", 0),
    Case("scan-strict", f"scan shop {PICK} --fail-on critical --strict", 3),
    Case("scan-fail-on-critical", f"scan shop {PICK} --fail-on critical", 0),
    Case("scan-fail-on-never", f"scan shop {PICK} --fail-on never", 0),
    Case("scan-fail-on-nonsense", "scan shop --fail-on sometimes", 2),
    Case("scan-variable", f"scan shop --var encrypt_database=false {PICK}", 1),
    Case("scan-variable-without-value", "scan shop --var encrypt_database", 2),
    Case("scan-variable-file-missing", "scan shop --var-file nowhere.tfvars", 2),
    Case("scan-second-reader", f"scan shop --reader python-hcl2 {PICK}", 1),
    Case("scan-unknown-reader", "scan shop --reader regex", 2),
    Case("scan-theme", "scan clean --theme encryption-at-rest --rule ebs-volume-encrypted", 0),
    Case("scan-unknown-theme", "scan clean --theme encryption", 2),
    Case("scan-unknown-rule", "scan clean --rule ebs-volume-encrypt", 2),
    Case("scan-json", f"scan shop --format json {PICK}", 1),
    Case("scan-jsonl", f"scan shop --format jsonl {PICK}", 1),
    Case("scan-jsonl-all", f"scan shop --format jsonl --all {PICK}", 1),
    Case("scan-sarif", f"scan shop --format sarif {PICK}", 1),
    Case("scan-two-files", f"scan shop -o out/r.json -o out/r.sarif {PICK}", 1),
    Case("scan-format-for-a-file", f"scan shop -f jsonl -o out/lines.txt {PICK}", 1),
    Case("scan-two-formats-to-stdout", "scan shop -f json -f sarif", 2),
    Case("scan-unknown-format", "scan shop -f xml", 2),
    Case("scan-unknown-suffix", "scan shop -o report.pdf", 2),
    Case("scan-unwritable-file", f"scan clean -o notes.txt/report.json {PICK}", 2),
    Case("scan-several-targets", f"scan shop clean {PICK}", 1),
    Case("scan-targets-from-file", f"scan --targets-from targets.txt {PICK}", 1),
    Case("scan-targets-from-missing-file", "scan --targets-from nowhere.txt", 2),
    Case("scan-missing-target", "scan nowhere", 2),
    Case("scan-not-terraform", "scan notes.txt", 2),
    Case("scan-empty-folder", "scan empty", 2),
    Case("scan-empty-file", "scan empty.json", 2),
    Case("scan-binary-plan", "scan plan.bin", 2),
    Case("scan-truncated-plan", "scan truncated.json", 2),
    Case("scan-errored-plan", "scan errored.json", 2),
    Case("scan-broken-file", f"scan broken --fail-on critical {PICK}", 0),
    Case("scan-broken-file-strict", f"scan broken --fail-on critical --strict {PICK}", 3),
    Case("scan-hostile-names", f"scan hostile {PICK}", 1),
    Case("scan-hostile-names-sarif", f"scan hostile -f sarif {PICK}", 1),
    Case("scan-own-rules", "scan shop --rules own-rules --rule ours-volume-small", 0),
    Case("scan-bad-rules", "scan shop --rules bad-rules", 2),
    Case("scan-settings", f"scan shop --config settings/good.toml {PICK}", 1),
    Case("scan-settings-of-wrong-type", "scan shop --config settings/wrong-type.toml", 2),
    Case("scan-settings-that-are-no-toml", "scan shop --config settings/no-toml.toml", 2),
    Case("scan-unknown-parameter", "scan shop --config settings/unknown-parameter.toml", 2),
    Case("rules-list", "rules list --rules own-rules --rule ours-volume-small", 0),
    Case("rules-list-json", "rules list --rules own-rules --rule ours-volume-small --format json", 0),
    Case("rules-show", "rules show ours-volume-small --rules own-rules", 0),
    Case("rules-show-by-peer", "rules show CKV_AWS_16", 0),
    Case("rules-show-unknown", "rules show ours-volume-smal --rules own-rules", 2),
    Case("rules-test", "rules test ours-volume-small --rules own-rules", 0),
    Case("rules-test-wrong", "rules test ours-volume-small --rules wrong-rules", 1),
    Case("criteria-one", "criteria A1.3", 0),
    Case("criteria-unknown", "criteria CC99", 2),
    Case("graph-json", "graph clean", 0),
    Case("graph-mermaid", "graph shop --root shop/envs/staging --format mermaid", 0),
    Case("graph-dot", "graph clean --format dot", 0),
    Case("graph-graphml", "graph clean --format graphml", 0),
    Case("graph-of-several-roots", "graph shop --format dot", 2),
    Case("explain-failure", "explain ebs-volume-encrypted@aws_ebs_volume.scratch shop", 0),
    Case("explain-fingerprint", "explain 603deed6 shop", 0),
    Case("explain-unknown", "explain rds-instance-storage-encrypted@module.database.aws_db_instance.this shop", 0),
    Case("explain-json", "explain ebs-volume-encrypted@aws_ebs_volume.scratch shop --format json", 0),
    Case("explain-nothing", "explain ebs-volume-encrypted@aws_ebs_volume.nowhere shop", 2),
    Case("explain-nonsense", "explain something shop", 2),
    Case("runs-help", "runs --help", 0),
    Case("diff-help", "diff --help", 0),
    Case("history-help", "history --help", 0),
    Case("trend-help", "trend --help", 0),
    Case("runs-without-store", "runs --store nowhere.db", 2),
    Case("runs-of-no-store", "runs --store notes.txt", 2),
    Case("runs-of-unknown-database", "runs --store mysql://host/database", 2),
    Case("runs-every-nonsense", "runs --every often", 2),
    Case("scan-record", f"scan clean --record --store new/history.db {PICK}", 0),
    Case("scan-record-where-nothing-can-be", f"scan clean --record --store notes.txt/history.db {PICK}", 2),
    Case("scan-store-without-record", f"scan clean --store history.db {PICK}", 2),
    Case("scan-record-several-as-one", f"scan clean shop --record --record-as ours {PICK}", 2),
    Case("comment-help", "comment github --help", 0),
    Case("comment-without-token", "comment github notes.txt --number 7", 2),
    Case("comment-of-missing-file", "comment gitlab nowhere.md", 2),
)
