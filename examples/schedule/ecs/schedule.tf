resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "cloudaudit-nightly"
  description         = "Audit the organisation"
  schedule_expression = var.schedule
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule     = aws_cloudwatch_event_rule.nightly.name
  arn      = aws_ecs_cluster.main.arn
  role_arn = aws_iam_role.schedule.arn

  ecs_target {
    task_definition_arn = aws_ecs_task_definition.audit.arn
    launch_type         = "FARGATE"
    platform_version    = "LATEST"
    task_count          = 1

    network_configuration {
      subnets          = var.subnet_ids
      security_groups  = [aws_security_group.task.id]
      assign_public_ip = false
    }
  }

  # Capacity may be short for a while; an audit that has started is not started again.
  retry_policy {
    maximum_retry_attempts       = 10
    maximum_event_age_in_seconds = 7200
  }
}
