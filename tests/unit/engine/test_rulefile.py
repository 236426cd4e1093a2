"""What makes a rule file wrong, told with file and line, and all of it at once."""

from pathlib import Path

import pytest
from engine_building import make_rules, rule_text

from cloudaudit.engine import rulefile
from cloudaudit.engine.rulereader import compile_files
from cloudaudit.errors import RuleError


def errors(*texts: str, criteria: frozenset[str] | None = None) -> list[str]:
    files = {f"{name}.yaml": text.encode() for name, text in zip("abc", texts, strict=False)}
    with pytest.raises(RuleError) as error:
        compile_files(files, criteria=criteria)
    return str(error.value).splitlines()


def test_a_sound_file_gives_rules_by_id_and_type() -> None:
    rules = make_rules(resource="[aws_db_instance, aws_rds_cluster]")

    assert list(rules.rules) == ["thing-is-so"]
    assert rules.rules["thing-is-so"].service == "test"
    assert [one.rule.id for one in rules.for_type("aws_rds_cluster")] == ["thing-is-so"]
    assert rules.types == ("aws_db_instance", "aws_rds_cluster")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("severity: low", "severity: hgh", "a.yaml:6: thing-is-so: severity: Invalid enum value 'hgh'"),
        ("criteria: [CC6.1]", "criteria: [CC6.1, 7]", "a.yaml:7: thing-is-so: criteria.1: Expected `str`, got `int`"),
        ("why: Because.", "whi: Because.", "a.yaml:14: thing-is-so: unknown key whi"),
        ("why: Because.", "", "a.yaml:3: thing-is-so: the key why is missing"),
        ("why: Because.", 'why: " "', "a.yaml:14: thing-is-so: why is empty"),
        ("effect: manual", "effect: magic", "effect is one of in-place, replace, manual, not magic"),
        ("steps: Do it., ", "", "a fix says what to `set`, what to `add`, or the `steps` to take"),
        ("steps: Do it.", "set: {encrypted: true}", "aws_db_instance has no attribute encrypted"),
        ("steps: Do it.", "step: Do it.", "fix: Object contains unknown field `step`"),
        ('at: ""', "at: storage_encrypt", "a.yaml:12: thing-is-so: aws_db_instance has no"),
        ('at: ""', "at: storage_encrypt", "do you mean storage_encrypted?"),
        ("id: thing-is-so", "id: Thing_So", "an id is lower case words"),
        ("{name} of", "{address} of", "message may hold {name} and {type}, not {address}"),
        ("theme: logging", "theme: unmapped", "a.yaml:5: thing-is-so: unmapped is the theme of"),
        ("why: Because.", "why: x\n    stage: beta", "stage is one of preview, stable, withdrawn, not beta"),
        ("resource: aws_db_instance", "resource: aws_dbinstance", "a.yaml:8: thing-is-so: there is no resource type"),
        ("resource: aws_db_instance", "resource: aws_dbinstance", "aws_dbinstance; do you mean aws_db_instance?"),
        ("resource.storage_encrypted", "resource.storage_encryption", "a.yaml:11: thing-is-so: require: aws_db"),
        ("resource.storage_encrypted", "resource.storage_encryption", "do you mean storage_encrypted?"),
        ("resource.storage_encrypted", "resource.storage_encrypted.x", "is a bool and has no attribute x"),
        ("resource.storage_encrypted", "parameters.days", "there is no parameter days; there are "),
        ("storage_encrypted == true", 'storage_encrypted == "true"', "is a bool and is compared with a string"),
        ("storage_encrypted == true", 'port in ["1"]', "port is a number and is compared with a string"),
        ("storage_encrypted == true", "engine > 1", "resource.engine is a string and is compared with a number"),
        ("storage_encrypted == true", 'port.startsWith("1")', "port is a number and is compared with a string"),
        ("storage_encrypted == true", 'engine.matches("(")', "a.yaml:11: thing-is-so: require: matches("),
        ("resource.storage_encrypted", "facts.nothing.here", "there is no fact nothing.here"),
        ("resource.storage_encrypted == true", "related.x.exists(y, y.z == 1)", "there is no relation x"),
        ("resource.storage_encrypted == true", "has(resource.engine)", "a.yaml:11: thing-is-so: require: has()"),
        ("when: 'true'", "when: 'resource.nothing == 1'", "when: aws_db_instance has no attribute nothing"),
        ('unknown: "", ', "", "an example that is `unknown` is missing"),
        ("fail-omitted", "fail-other", "name it pass-default or fail-omitted"),
        ("fail-omitted", "broken-omitted", "the name of an example starts with what is expected"),
        ("service: test", "", "`service: NAME` is missing"),
        ("service: test", "service: test\nextra: 1", "a.yaml:2: unknown key extra"),
        ("why: Because.", "why: Because.\n    why: Because.", "a.yaml:15: the key why stands here twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line(old: str, new: str, expected: str) -> None:
    text = rule_text()
    assert old in text

    assert any(expected in error for error in errors(text.replace(old, new))), errors(text.replace(old, new))


@pytest.mark.parametrize(
    ("related", "expected"),
    [
        ("{k: {type: aws_kms_ky, via: kms_key_id}}", "there is no resource type aws_kms_ky"),
        ("{k: {type: aws_kms_key, via: kms_key}}", "aws_db_instance has no attribute kms_key; do you mean kms_key_id?"),
        ("{k: {type: aws_kms_alias, by: target}}", "aws_kms_alias has no attribute target"),
        ("{k: {type: aws_kms_key, via: kms_key_id, by: policy}}", "not both"),
        ("{k: {type: aws_kms_key, of: j}}", "`of: j` must name another relation of this rule"),
        ("{k: {type: aws_kms_key, of: j}, j: {type: aws_kms_key, of: k}}", "without a circle"),
        ("{k: {type: aws_kms_key, via: kms_key_id}, j: {type: aws_kms_key}}", "the relation j is never read"),
    ],
)
def test_a_relation_must_make_sense(related: str, expected: str) -> None:
    text = rule_text(related=related, require="related.k.exists(x, x.enable_key_rotation == true)")

    assert any(expected in error for error in errors(text)), errors(text)


def test_everything_wrong_in_all_files_is_told_at_once() -> None:
    found = errors(
        rule_text(id="Bad", require="resource.nothing == 1"),
        "rules: [1]\n",
        "a: [",
    )

    assert [error.split(": ")[0] for error in found] == ["a.yaml:3", "a.yaml:11", "b.yaml:1", "b.yaml:1", "c.yaml:2"]


def test_criteria_are_those_that_exist() -> None:
    found = errors(rule_text(), criteria=frozenset({"CC6.2"}))

    assert found == ["a.yaml:7: thing-is-so: there is no criterion CC6.1"]


def test_ids_are_taken_once_in_all_files() -> None:
    assert errors(rule_text(), rule_text()) == ["b.yaml:3: thing-is-so: the id is taken at a.yaml:3"]


def test_rules_of_a_file_are_ordered_by_id() -> None:
    later = rule_text(id="b-b") + rule_text(id="a-a").partition("rules:")[2]

    assert errors(later) == ["a.yaml:19: a-a: rules are ordered by id: move it before b-b"]


def test_a_relation_means_the_same_to_all_rules_of_a_type() -> None:
    one = rule_text(
        id="a-a",
        require="related.k.exists(x, x.enable_key_rotation == true)",
        related="{k: {type: aws_kms_key, via: kms_key_id}}",
    )
    other = rule_text(
        id="b-b",
        require="related.k.exists(x, x.enable_key_rotation == true)",
        related="{k: {type: aws_kms_key}}",
    )

    assert errors(one, other) == [
        "b.yaml:9: b-b: a-a defines the relation k of aws_db_instance otherwise: agree, or choose another name"
    ]


def test_a_withdrawn_rule_judges_nothing_but_keeps_its_id() -> None:
    rules = compile_files({"a.yaml": rule_text().replace("why: Because.", "why: x\n    stage: withdrawn").encode()})

    assert not rules.for_type("aws_db_instance")
    assert "thing-is-so" in rules.rules


def test_a_former_id_leads_to_the_rule() -> None:
    rules = compile_files({"a.yaml": rule_text().replace("why: Because.", "why: x\n    formerly: [old-one]").encode()})

    assert rules.former == {"old-one": "thing-is-so"}


def test_the_digest_of_a_rule_changes_with_what_it_says() -> None:
    one, same, other = make_rules(), make_rules(), make_rules(require="resource.storage_encrypted != false")

    assert one.digest == same.digest != other.digest


def test_files_are_found_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yaml").write_text(rule_text())
    (tmp_path / "notes.txt").write_text("no rules")

    assert len(rulefile.load([tmp_path])) == 1
    assert len(rulefile.load([tmp_path / "deep" / "a.yaml"])) == 1


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"gone\.yaml: cannot be read: No such file"):
        rulefile.load([tmp_path / "gone.yaml"])


def test_a_huge_file_is_not_read_to_its_end() -> None:
    read = rulefile.read([Path("/dev/zero")])

    assert len(read["/dev/zero"]) == rulefile.MAX_BYTES + 1
