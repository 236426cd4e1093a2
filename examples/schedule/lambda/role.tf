data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# What the function does: list the accounts, assume the audit role in each, keep the history and reports. What it may read
# in an account is said there, by the role that `cloudaudit permissions` describes.
resource "aws_iam_role" "audit" {
  name               = "cloudaudit-nightly"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "audit" {
  statement {
    sid = "Accounts"
    actions = [
      "organizations:ListAccounts",
      "organizations:ListAccountsForParent",
      "organizations:ListOrganizationalUnitsForParent",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "AuditRole"
    actions   = ["sts:AssumeRole"]
    resources = ["arn:${data.aws_partition.current.partition}:iam::*:role/${var.audit_role}"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceOrgID"
      values   = [var.organization_id]
    }
  }

  # A bucket that is encrypted with a key of yours wants kms:Decrypt and kms:GenerateDataKey for that key, too.
  statement {
    sid       = "History"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/history.db"]
  }

  statement {
    sid     = "Reports"
    actions = ["s3:PutObject"]
    resources = [
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/heartbeat.json",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/reports/*",
    ]
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.main.arn}:*"]
  }

  statement {
    sid       = "Traces"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }

  statement {
    sid       = "Environment"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.main.arn]
  }
}

resource "aws_iam_role_policy" "audit" {
  name   = "audit"
  role   = aws_iam_role.audit.id
  policy = data.aws_iam_policy_document.audit.json
}

resource "aws_iam_role_policy_attachment" "own_account" {
  for_each = var.own_account_policies

  role       = aws_iam_role.audit.name
  policy_arn = each.value
}
