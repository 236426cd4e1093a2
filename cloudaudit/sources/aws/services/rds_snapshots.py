"""Snapshots of databases that somebody took, and with whom they are shared; automated ones cannot be shared."""

from collections.abc import Mapping

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, Read, tags

_MANUAL = {"SnapshotType": "manual"}
_CLUSTERS = Call("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", params=_MANUAL)


def _shared(kind: str) -> Call:
    """The attribute of a snapshot that says with whom it is shared."""
    operation = f"describe_db_{kind.lower()}{'_' if kind else ''}snapshot_attributes"
    answer = f"DB{kind}SnapshotAttributesResult.DB{kind}SnapshotAttributes"
    name = f"DB{kind}SnapshotIdentifier"
    return Call("rds", operation, f"{answer}[?AttributeName == 'restore']", per={name: name})


def _accounts(item: Item) -> list[str]:
    return item.get("AttributeValues") or []


def _cluster(kind: str, when: str, attributes: Mapping[str, Read], *parts: Part) -> Collect:
    return Collect(
        type=kind,
        also=("aws_rds_cluster_snapshot_copy",) if kind == "aws_db_cluster_snapshot" else (),
        call=_CLUSTERS,
        when=f"SnapshotType == 'manual' && {when}",
        arn="{DBClusterSnapshotArn}",
        name="DBClusterSnapshotIdentifier",
        attributes={
            "db_cluster_snapshot_identifier": "DBClusterSnapshotIdentifier",
            "id": "DBClusterSnapshotIdentifier",
            "db_cluster_snapshot_arn": "DBClusterSnapshotArn",
            "db_cluster_identifier": "DBClusterIdentifier",
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "kms_key_id": "KmsKeyId",
            "snapshot_type": "SnapshotType",
            "source_db_cluster_snapshot_arn": "SourceDBClusterSnapshotArn",
            "status": "Status",
            "storage_encrypted": "StorageEncrypted",
            "vpc_id": "VpcId",
            **attributes,
        },
        parts=parts,
    )


_DOCUMENTS = _cluster("aws_docdb_cluster_snapshot", "Engine == 'docdb'", {})
_GRAPHS = _cluster("aws_neptune_cluster_snapshot", "Engine == 'neptune'", {})


def _share(snapshots: Collect) -> Collect:
    """Terraform cannot share these, so its types do not say with whom they are."""
    return Collect(
        type="aws_cluster_snapshot_share",
        call=_shared("Cluster"),
        over=snapshots,
        attributes={
            "snapshot": "_parent.DBClusterSnapshotArn",
            "engine": "_parent.Engine",
            "accounts": _accounts,
        },
    )


COLLECTORS = (
    Collect(
        type="aws_db_instance_automated_backups_replication",
        call=Call("rds", "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups"),
        when="Region != _region",  # the others are the backups of this region's own databases
        arn="{DBInstanceAutomatedBackupsArn}",
        name="DBInstanceIdentifier",
        attributes={
            "id": "DBInstanceAutomatedBackupsArn",
            "kms_key_id": "KmsKeyId",
            "retention_period": "BackupRetentionPeriod",
            "source_db_instance_arn": "DBInstanceArn",
        },
    ),
    Collect(
        type="aws_db_snapshot",
        also=("aws_db_snapshot_copy",),
        call=Call("rds", "describe_db_snapshots", "DBSnapshots", params=_MANUAL),
        when="SnapshotType == 'manual'",
        arn="{DBSnapshotArn}",
        name="DBSnapshotIdentifier",
        attributes={
            "db_snapshot_identifier": "DBSnapshotIdentifier",
            "id": "DBSnapshotIdentifier",
            "db_snapshot_arn": "DBSnapshotArn",
            "db_instance_identifier": "DBInstanceIdentifier",
            "allocated_storage": "AllocatedStorage",
            "encrypted": "Encrypted",
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "kms_key_id": "KmsKeyId",
            "option_group_name": "OptionGroupName",
            "snapshot_type": "SnapshotType",
            "source_db_snapshot_identifier": "SourceDBSnapshotIdentifier",
            "source_region": "SourceRegion",
            "status": "Status",
            "vpc_id": "VpcId",
            "tags": tags("TagList"),
        },
        parts=(Part(_shared(""), {"shared_accounts": _accounts}),),
    ),
    _cluster(
        "aws_db_cluster_snapshot",
        "Engine != 'docdb' && Engine != 'neptune'",
        {"tags": tags("TagList")},
        Part(_shared("Cluster"), {"shared_accounts": _accounts}),
    ),
    _DOCUMENTS,
    _GRAPHS,
    _share(_DOCUMENTS),
    _share(_GRAPHS),
)
