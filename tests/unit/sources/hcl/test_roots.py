"""Which folders are roots, and which files belong to them."""

from pathlib import Path

from source_building import addresses, graphs, whys, write

from cloudaudit.sources import Options
from cloudaudit.sources.terraform import SOURCE

TOPIC = 'resource "aws_sns_topic" "t" {}\n'


def call(source: str) -> str:
    return f'module "m" {{\n  source = "{source}"\n}}\n'


def test_a_folder_that_is_called_is_no_root(tmp_path: Path) -> None:
    files = {
        "envs/prod/main.tf": call("../../modules/a"),
        "envs/dev/main.tf": call("../../modules/a"),
        "modules/a/main.tf": TOPIC,
        "modules/unused/main.tf": TOPIC,
        "only-variables/main.tf": 'variable "x" {}\n',
    }

    found = graphs(tmp_path, files)

    assert {root: addresses(graph) for root, graph in found.items()} == {
        "envs/dev": ["module.m.aws_sns_topic.t"],
        "envs/prod": ["module.m.aws_sns_topic.t"],
        "modules/unused": ["aws_sns_topic.t"],
    }


def test_keys_carry_the_root_unless_it_is_the_top(tmp_path: Path) -> None:
    found = graphs(tmp_path, {"main.tf": TOPIC, "sub/main.tf": TOPIC})

    assert [graph.get("aws_sns_topic.t") is not None for graph in found.values()] == [True, False]
    assert found["sub"].get("sub:aws_sns_topic.t") is not None


def test_names_and_places_are_relative_to_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "ref: x", "infra/prod/main.tf": TOPIC})

    (graph,) = SOURCE.load(tmp_path / "infra" / "prod", Options())
    topic = graph.get("infra/prod:aws_sns_topic.t")

    assert graph.root == "infra/prod"
    assert topic is not None
    assert topic.location is not None
    assert topic.location.file == "infra/prod/main.tf"


def test_hidden_folders_and_packages_are_left_out(tmp_path: Path) -> None:
    files = {
        "main.tf": TOPIC,
        ".terraform/modules/x/main.tf": TOPIC,
        "node_modules/x/main.tf": TOPIC,
        ".x/main.tf": TOPIC,
    }

    assert list(graphs(tmp_path, files)) == ["."]


def test_modules_that_call_each_other_in_a_circle_are_still_read(tmp_path: Path) -> None:
    found = graphs(tmp_path, {"a/main.tf": call("../b") + TOPIC, "b/main.tf": call("../a") + TOPIC})

    assert {root: addresses(graph) for root, graph in found.items()} == {
        "a": ["aws_sns_topic.t", "module.m.aws_sns_topic.t"]
    }
    assert whys(found["a"]) == ["the module was not looked at: it calls itself"]


def test_a_linked_folder_is_read_by_its_real_name_or_a_gap(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "infra/a/main.tf": TOPIC, "other/main.tf": TOPIC, "docs/readme": ""})
    for name, goal in (("same", "infra/a"), ("away", "other"), ("docs", "docs")):
        (tmp_path / "infra" / name).symlink_to(tmp_path / goal)

    found = {graph.root: graph for graph in SOURCE.load(tmp_path / "infra", Options())}

    assert list(found) == ["infra/a"]
    assert [(gap.what, gap.why) for gap in found["infra/a"].gaps] == [
        ("infra/away", "it is a symbolic link to a folder that is not scanned")
    ]


def test_roots_can_be_chosen_and_left_out(tmp_path: Path) -> None:
    files = {f"{name}/main.tf": TOPIC for name in ("a", "b", "examples/c")}

    assert list(graphs(tmp_path, files, exclude=("examples/**",))) == ["a", "b"]
    assert list(graphs(tmp_path, files, roots=("b",))) == ["b"]
    assert list(graphs(tmp_path, files, takes=lambda name: name != "a")) == ["b", "examples/c"]


def test_an_environment_copied_without_its_history_still_finds_its_modules(tmp_path: Path) -> None:
    files = {
        "envs/prod/main.tf": call("../../modules/a"),
        "modules/a/main.tf": 'resource "aws_sns_topic" "t" {\n  name = file("${path.module}/name")\n}\n',
        "modules/a/name": "n",
        "secret": "s",
    }
    write(tmp_path, files)

    (graph,) = SOURCE.load(tmp_path / "envs" / "prod", Options())
    topic = graph.get("module.m.aws_sns_topic.t")

    assert topic is not None
    assert topic.attributes["name"] == "n"


def test_source_is_detected_by_its_files(tmp_path: Path) -> None:
    write(tmp_path, {"tf/sub/main.tf": TOPIC, "tofu/main.tofu": TOPIC, "other/main.py": "", "one.tf": TOPIC})

    detected = {name: SOURCE.detect(tmp_path / name) for name in ("tf", "tofu", "other", "one.tf", "other/main.py")}

    assert detected == {"tf": True, "tofu": True, "other": False, "one.tf": True, "other/main.py": False}


def test_a_folder_of_broken_files_is_a_graph_of_gaps(tmp_path: Path) -> None:
    found = graphs(tmp_path, {"sub/main.tf": b"\xff\xfe binary"})

    assert list(found) == ["."]
    assert len(found["."].gaps) == 1
