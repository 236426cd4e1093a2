variable "token" {
  type      = string
  default   = "canary-6f1d-in-a-default"
  sensitive = true
}

locals {
  inner = { password = "canary-6f1d-in-a-local" }
}

resource "aws_db_instance" "main" {
  identifier        = "main"
  engine            = "postgres"
  password          = "canary-6f1d-in-an-argument"
  storage_encrypted = false
}

resource "aws_db_instance" "other" {
  identifier = "other"
  engine     = "postgres"
  password   = local.inner.password
}

resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = "#!/bin/sh\nexport DB_PASSWORD=canary-6f1d-in-user-data\nexport AWS_SECRET_ACCESS_KEY=canary6f1dInUserDataABCDEFGHIJKLMNOPQRST\n"
}

resource "aws_lambda_function" "work" {
  function_name = "work"
  role          = "arn:aws:iam::111111111111:role/work"
  filename      = "work.zip"
  handler       = "work.handle"
  runtime       = "python3.13"

  environment {
    variables = {
      API_TOKEN   = var.token
      DB_PASSWORD = "canary-6f1d-in-an-environment"
    }
  }
}

resource "aws_ecs_task_definition" "work" {
  family = "work"
  container_definitions = jsonencode([{
    name        = "work"
    image       = "work:1"
    environment = [{ name = "DB_PASSWORD", value = "canary-6f1d-in-a-container" }]
  }])
}

resource "aws_ssm_parameter" "main" {
  name  = "main"
  type  = "String"
  value = "canary-6f1d-in-a-parameter"
}

resource "aws_secretsmanager_secret_version" "main" {
  secret_id     = "main"
  secret_string = jsonencode({ password = "canary-6f1d-in-a-secret" })
}

output "token" {
  value     = "canary-6f1d-in-an-output"
  sensitive = true
}
