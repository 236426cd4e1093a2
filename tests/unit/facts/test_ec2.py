import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

ENCRYPTED, PLAIN = {"encrypted": True}, {"encrypted": False}
ROOT = "the root volume"


def instance(**attributes):
    return resource("aws_instance.i", **attributes)


def template(*mappings, name="t", **attributes):
    return resource(f"aws_launch_template.{name}", block_device_mappings=list(mappings), **attributes)


def plain_disks(subject, *others):
    return [member["disk"] for member in fact("ec2.plain_disks", subject, *others)]


def mapping(**ebs):
    return {"device_name": "/dev/xvda", "ebs": [ebs]}


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        (instance(), [ROOT]),
        (instance(root_block_device=[ENCRYPTED]), []),
        (instance(root_block_device=[PLAIN]), [ROOT]),
        (instance(root_block_device=[{}]), [ROOT]),
        (instance(root_block_device=[ENCRYPTED], ebs_block_device=[{"device_name": "/dev/sdf"}]), ["/dev/sdf"]),
        (instance(root_block_device=[ENCRYPTED], ebs_block_device=[{"device_name": "/dev/sdf", **ENCRYPTED}]), []),
        (template(), [ROOT]),
        (template(mapping(encrypted=True)), []),
        (template(mapping()), ["/dev/xvda"]),
        (template({"device_name": "/dev/sdb", "virtual_name": "ephemeral0"}), []),
    ],
)
def test_disks_that_nothing_encrypts(subject, plain):
    assert plain_disks(subject) == plain


def test_encryption_by_default_covers_disks_that_do_not_refuse_it():
    default = resource("aws_ebs_encryption_by_default.main", enabled=True)

    assert plain_disks(instance(), default) == []
    assert plain_disks(template(mapping()), default) == []
    assert plain_disks(instance(root_block_device=[PLAIN]), default) == [ROOT]


def test_a_disk_without_a_flag_is_as_its_image():
    image = resource("aws_ami_copy.image", encrypted=True)
    subject = instance(ami=ref("aws_ami_copy.image.id"))

    assert plain_disks(subject, image) == []


def test_a_root_volume_may_be_encrypted_by_the_launch_template():
    subject = instance(launch_template=[{"id": ref("aws_launch_template.t.id")}])

    assert plain_disks(subject, template(mapping(encrypted=True))) == []
    assert plain_disks(subject, template(mapping())) == [ROOT]
    assert is_unknown(fact("ec2.plain_disks", instance(launch_template=[{"id": "lt-0123456789abcdef0"}])))


def test_a_snapshot_decides_on_the_disk_made_of_it():
    disk = {"device_name": "/dev/sdf", "snapshot_id": "snap-0123456789abcdef0"}

    assert is_unknown(fact("ec2.plain_disks", instance(root_block_device=[ENCRYPTED], ebs_block_device=[disk])))


def test_a_flag_that_is_not_known_leaves_it_open_unless_another_disk_is_plain():
    unsure = {"encrypted": ELSEWHERE}

    assert is_unknown(fact("ec2.plain_disks", instance(root_block_device=[unsure])))
    assert plain_disks(template(mapping(**unsure), mapping())) == ["/dev/xvda"]


@pytest.mark.parametrize(("region", "expected"), [("", True), ("eu-central-1", True), ("us-east-1", False)])
def test_tokens_are_the_default_of_one_region(region, expected):
    default = resource("aws_ec2_instance_metadata_defaults.main", http_tokens="required", _region="eu-central-1")

    assert fact("ec2.tokens_by_default", instance(_region=region), default) is expected
