variable "region" {
  description = "Where the audit runs; it looks at all enabled regions from there."
  type        = string
  default     = "eu-central-1"
}

variable "owner" {
  description = "Who answers for it: a tag on everything."
  type        = string
}

variable "vpc_id" {
  description = "The VPC that the task runs in."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets with a way out to the APIs of AWS, one for each zone."
  type        = set(string)
}

variable "image" {
  description = "The image of cloudaudit with its digest: REGISTRY/cloudaudit@sha256:..."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by its digest, not by a tag that somebody can move."
  }
}

variable "repository_arn" {
  description = "The ECR repository that holds the image."
  type        = string
}

variable "organization_id" {
  description = "The organisation whose accounts are audited: o-..."
  type        = string
}

variable "audit_role" {
  description = "The name of the role that the audit assumes in every account."
  type        = string
  default     = "CloudauditReader"
}

variable "external_id" {
  description = "What the trust of the audit role asks for."
  type        = string
}

variable "own_account_policies" {
  description = "What the audit may read in the account that it runs in, which it audits without assuming a role."
  type        = set(string)
  default     = ["arn:aws:iam::aws:policy/SecurityAudit"]
}

variable "store_url" {
  description = "The PostgreSQL that keeps the history, without the password."
  type        = string

  validation {
    condition     = can(regex("^postgresql://[^:@]+@.+sslmode=(require|verify-ca|verify-full)", var.store_url))
    error_message = "Give postgresql://USER@HOST/DATABASE?sslmode=require; the password stands in a secret."
  }
}

variable "store_password_arn" {
  description = "The secret in Secrets Manager that is the password of the history's user."
  type        = string
}

variable "store_security_group_id" {
  description = "The security group of the database; it gets a rule that lets the task in."
  type        = string
}

variable "schedule" {
  description = "When it runs, in UTC."
  type        = string
  default     = "cron(30 2 * * ? *)"
}

variable "alarm_email" {
  description = "Who hears of an audit that failed or did not run."
  type        = string
}
