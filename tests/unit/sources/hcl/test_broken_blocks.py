"""What stands in a part of a block that cannot be read is not taken for left out."""

import pytest
from source_building import graph

from cloudaudit.model import Unknown


@pytest.mark.parametrize("reader", ["tree-sitter", "python-hcl2"])
def test_what_a_broken_block_does_not_show_is_unknown(tmp_path, reader: str) -> None:
    sound_block = 'resource "aws_ebs_volume" "sound" {\n  size = 1\n}\n'
    broken_block = sound_block.replace("sound", "broken").replace("{", "{\n  @@@")
    found = graph(tmp_path, broken_block + sound_block, reader=reader)

    broken, sound = found.get("aws_ebs_volume.broken"), found.get("aws_ebs_volume.sound")
    assert broken.attributes["size"] == 1
    assert broken.attributes["encrypted"] == Unknown(because="main.tf:2 cannot be read")
    assert sound.attributes == {"size": 1}
