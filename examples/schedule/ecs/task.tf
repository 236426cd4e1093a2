resource "aws_cloudwatch_log_group" "main" {
  name              = "/cloudaudit/nightly"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_ecs_cluster" "main" {
  name = "cloudaudit"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "audit" {
  family                   = "cloudaudit"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = 2048
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  container_definitions = jsonencode([
    {
      name      = "audit"
      image     = var.image
      essential = true
      user      = "10001:10001"

      command = [
        "audit", "--org", "--role", var.audit_role, "--external-id", var.external_id, "--strict",
        "--store", var.store_url, "--heartbeat", "/data/heartbeat.json",
        "-o", "/data/reports/{account}.json",
      ]

      # Nothing is writable but the folder of the reports.
      readonlyRootFilesystem = true
      privileged             = false
      workingDirectory       = "/data"

      environment = [
        { name = "AWS_REGION", value = var.region },
        { name = "CLOUDAUDIT_CACHE_DIR", value = "/data/cache" },
        { name = "XDG_STATE_HOME", value = "/data/state" },
        { name = "TMPDIR", value = "/data" },
      ]

      secrets = [{ name = "PGPASSWORD", valueFrom = var.store_password_arn }]

      linuxParameters = {
        initProcessEnabled = true
        capabilities       = { drop = ["ALL"] }
      }

      mountPoints = [{ sourceVolume = "files", containerPath = "/data", readOnly = false }]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.main.name
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "audit"
        }
      }
    },
  ])

  volume {
    name = "files"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.files.id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.files.id
        iam             = "ENABLED"
      }
    }
  }
}
