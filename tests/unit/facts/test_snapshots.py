"""Whether a snapshot is encrypted: by what it says of itself, or by what it was taken from."""

import pytest
from facts_building import fact, is_unknown, ref, resource

VOLUME = resource("aws_ebs_volume.v", encrypted=True)
PLAIN = resource("aws_ebs_volume.v", encrypted=False)
SNAPSHOT = resource("aws_ebs_snapshot.s", volume_id=ref("aws_ebs_volume.v.id"))
COPY = resource("aws_ebs_snapshot_copy.c", source_snapshot_id=ref("aws_ebs_snapshot.s.id"))


@pytest.mark.parametrize(("volume", "expected"), [(VOLUME, True), (PLAIN, False)])
def test_a_snapshot_is_as_encrypted_as_its_volume(volume, expected):
    assert fact("snapshots.encrypted", SNAPSHOT, volume) is expected


@pytest.mark.parametrize(("volume", "expected"), [(VOLUME, True), (PLAIN, False)])
def test_a_copy_without_a_key_is_as_encrypted_as_what_it_copies(volume, expected):
    assert fact("snapshots.encrypted", COPY, SNAPSHOT, volume) is expected


def test_a_volume_that_was_restored_takes_encryption_over():
    restored = resource("aws_ebs_volume.r", snapshot_id=ref("aws_ebs_snapshot.s.id"))
    again = resource("aws_ebs_snapshot.again", volume_id=ref("aws_ebs_volume.r.id"))

    assert fact("snapshots.encrypted", again, restored, SNAPSHOT, VOLUME) is True


def test_a_state_says_it_of_the_snapshot_itself():
    assert (
        fact("snapshots.encrypted", resource("aws_db_snapshot.s", encrypted=False, db_instance_identifier="x")) is False
    )


def test_a_snapshot_of_something_elsewhere_may_be_either():
    assert is_unknown(fact("snapshots.encrypted", resource("aws_db_snapshot.s", db_instance_identifier="elsewhere")))


def test_a_copy_with_a_key_is_encrypted_whatever_it_copies():
    copy = resource("aws_rds_cluster_snapshot_copy.c", kms_key_id="1234abcd-12ab-34cd-56ef-1234567890ab")

    assert fact("snapshots.encrypted", copy) is True


def test_global_and_member_clusters_that_name_each_other_come_to_an_end():
    member = resource("aws_rds_cluster.m", global_cluster_identifier=ref("aws_rds_global_cluster.g.id"))
    world = resource("aws_rds_global_cluster.g", source_db_cluster_identifier=ref("aws_rds_cluster.m.arn"))
    snapshot = resource("aws_db_cluster_snapshot.s", db_cluster_identifier=ref("aws_rds_cluster.m.id"))

    assert fact("snapshots.encrypted", snapshot, member, world) is False


def test_a_serverless_cluster_of_the_first_generation_always_is():
    cluster = resource("aws_rds_cluster.m", engine_mode="serverless")
    snapshot = resource("aws_db_cluster_snapshot.s", db_cluster_identifier=ref("aws_rds_cluster.m.id"))

    assert fact("snapshots.encrypted", snapshot, cluster) is True
