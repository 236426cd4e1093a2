# Nobody comes in. The task goes out to the APIs of AWS, to its files, and to the database with the history.
resource "aws_security_group" "task" {
  name        = "cloudaudit-task"
  description = "The audit task"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "files" {
  name        = "cloudaudit-files"
  description = "The file system with the reports"
  vpc_id      = var.vpc_id
}

resource "aws_security_group_rule" "task_to_apis" {
  description       = "The APIs of AWS"
  type              = "egress"
  security_group_id = aws_security_group.task.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "task_to_files" {
  description              = "The file system"
  type                     = "egress"
  security_group_id        = aws_security_group.task.id
  protocol                 = "tcp"
  from_port                = 2049
  to_port                  = 2049
  source_security_group_id = aws_security_group.files.id
}

resource "aws_security_group_rule" "files_from_task" {
  description              = "The audit task"
  type                     = "ingress"
  security_group_id        = aws_security_group.files.id
  protocol                 = "tcp"
  from_port                = 2049
  to_port                  = 2049
  source_security_group_id = aws_security_group.task.id
}

resource "aws_security_group_rule" "task_to_store" {
  description              = "The history"
  type                     = "egress"
  security_group_id        = aws_security_group.task.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
  source_security_group_id = var.store_security_group_id
}

resource "aws_security_group_rule" "store_from_task" {
  description              = "The audit task"
  type                     = "ingress"
  security_group_id        = var.store_security_group_id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
  source_security_group_id = aws_security_group.task.id
}
