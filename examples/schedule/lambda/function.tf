resource "aws_cloudwatch_log_group" "main" {
  name              = "/aws/lambda/cloudaudit-nightly"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_lambda_function" "audit" {
  function_name = "cloudaudit-nightly"
  description   = "Audit the organisation"
  role          = aws_iam_role.audit.arn
  package_type  = "Image"
  image_uri     = var.image
  kms_key_arn   = aws_kms_key.main.arn

  # Lambda's limit: an audit that needs longer belongs on ECS.
  timeout     = 900
  memory_size = 2048

  # The history has one writer.
  reserved_concurrent_executions = 1

  environment {
    variables = {
      AUDIT_ROLE  = var.audit_role
      BUCKET      = var.bucket
      EXTERNAL_ID = var.external_id
    }
  }

  tracing_config {
    mode = "Active"
  }

  depends_on = [aws_cloudwatch_log_group.main, aws_iam_role_policy.audit]
}

# An audit that failed is not started again: somebody looks at why.
resource "aws_lambda_function_event_invoke_config" "audit" {
  function_name                = aws_lambda_function.audit.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 7200
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "cloudaudit-nightly"
  description         = "Audit the organisation"
  schedule_expression = var.schedule
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_lambda_function.audit.arn
}

resource "aws_lambda_permission" "nightly" {
  statement_id  = "nightly"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.audit.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.nightly.arn
}
