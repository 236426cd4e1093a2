# Reports and the heartbeat. The history is not here but in PostgreSQL: SQLite's log of writes is not safe on a file system
# that is reached over the network.
resource "aws_efs_file_system" "files" {
  encrypted  = true
  kms_key_id = aws_kms_key.main.arn

  tags = {
    Name = "cloudaudit"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_efs_backup_policy" "files" {
  file_system_id = aws_efs_file_system.files.id

  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_efs_mount_target" "files" {
  for_each = var.subnet_ids

  file_system_id  = aws_efs_file_system.files.id
  subnet_id       = each.value
  security_groups = [aws_security_group.files.id]
}

resource "aws_efs_access_point" "files" {
  file_system_id = aws_efs_file_system.files.id

  posix_user {
    uid = 10001
    gid = 10001
  }

  root_directory {
    path = "/cloudaudit"

    creation_info {
      owner_uid   = 10001
      owner_gid   = 10001
      permissions = "0700"
    }
  }
}

data "aws_iam_policy_document" "files" {
  statement {
    sid       = "TheTask"
    actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.files.arn]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.task.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.files.arn]
    }
  }

  statement {
    sid       = "EncryptedOnTheWay"
    effect    = "Deny"
    actions   = ["*"]
    resources = [aws_efs_file_system.files.arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_efs_file_system_policy" "files" {
  file_system_id = aws_efs_file_system.files.id
  policy         = data.aws_iam_policy_document.files.json
}
