variable "region" {
  description = "Where the audit runs; it looks at all enabled regions from there."
  type        = string
  default     = "eu-central-1"
}

variable "owner" {
  description = "Who answers for it: a tag on everything."
  type        = string
}

variable "image" {
  description = "The image that the Dockerfile here makes, with its digest; in a registry of this account and region."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by its digest, not by a tag that somebody can move."
  }
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

variable "bucket" {
  description = "The bucket for history.db, reports/ and heartbeat.json: encrypted, versioned, private."
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
