# Buckets, key and permissions for Palisade on AWS: terraform init && terraform apply
#
# The evidence and its anchor shall not be in one pair of hands: give `aws.anchor` an account of its own. The server may
# put, read and hold evidence; it may not delete a version, shorten a lock or bypass one. Who administers the account
# still can, in governance mode: compliance mode (`lock = "compliance"`) is what binds administrators, too.

terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = ">= 5.50"
      configuration_aliases = [aws.anchor]
    }
  }
}

variable "name" {
  description = "What the buckets' names begin with; unique in the world."
  type        = string
}

variable "longest_days" {
  description = "No object may be locked longer than this: a wrong year would be paid for to its end."
  type        = number
  default     = 3653
}

variable "server_role_name" {
  description = "The role that the server has: of its instance, its pod or its task."
  type        = string
}

data "aws_caller_identity" "current" {}

# --- evidence -----------------------------------------------------------------------------------------------------------

resource "aws_s3_bucket" "evidence" {
  bucket              = "${var.name}-evidence"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "evidence" {
  bucket = aws_s3_bucket.evidence.id
  versioning_configuration {
    status = "Enabled"
  }
}

# Every object is put with a lock of its own. This is for what anybody else puts here; a long one would lock index
# objects, which are a cache, and be paid for.
resource "aws_s3_bucket_object_lock_configuration" "evidence" {
  bucket = aws_s3_bucket.evidence.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = 1
    }
  }
}

resource "aws_s3_bucket_public_access_block" "evidence" {
  bucket                  = aws_s3_bucket.evidence.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_kms_key" "objects" {
  description             = "Palisade: objects at rest"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

# The keys of protected fields are wrapped with this one. Without it nobody reads what is sealed, ever.
resource "aws_kms_key" "root" {
  description             = "Palisade: root of the keys of protected fields"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "root" {
  name          = "alias/${var.name}-root"
  target_key_id = aws_kms_key.root.id
}

resource "aws_s3_bucket_server_side_encryption_configuration" "evidence" {
  bucket = aws_s3_bucket.evidence.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.objects.arn
    }
  }
}

# Palisade says with every object how it shall lie (`storage_class` of a class), so nothing has to move. What is put over
# again, the pointer to the newest checkpoint and indexes, leaves old versions behind; a locked version never expires.
resource "aws_s3_bucket_lifecycle_configuration" "evidence" {
  bucket = aws_s3_bucket.evidence.id

  rule {
    id     = "leftovers"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = ["log/checkpoint", "needles/"]
    content {
      id     = "old-versions-of-${rule.value}"
      status = "Enabled"
      filter {
        prefix = "palisade/${rule.value}"
      }
      noncurrent_version_expiration {
        noncurrent_days = 30
      }
    }
  }
}

data "aws_iam_policy_document" "evidence" {
  statement {
    sid     = "OverTlsOnly"
    effect  = "Deny"
    actions = ["s3:*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    resources = [aws_s3_bucket.evidence.arn, "${aws_s3_bucket.evidence.arn}/*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid     = "NobodyBypassesLocks"
    effect  = "Deny"
    actions = ["s3:BypassGovernanceRetention"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    resources = ["${aws_s3_bucket.evidence.arn}/*"]
  }

  statement {
    sid     = "NoLockForEver"
    effect  = "Deny"
    actions = ["s3:PutObject", "s3:PutObjectRetention"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    resources = ["${aws_s3_bucket.evidence.arn}/*"]
    condition {
      test     = "NumericGreaterThan"
      variable = "s3:object-lock-remaining-retention-days"
      values   = [tostring(var.longest_days)]
    }
  }
}

resource "aws_s3_bucket_policy" "evidence" {
  bucket     = aws_s3_bucket.evidence.id
  policy     = data.aws_iam_policy_document.evidence.json
  depends_on = [aws_s3_bucket_public_access_block.evidence]
}

# --- anchor: signed checkpoints, out of reach of who administers the evidence ---------------------------------------------

resource "aws_s3_bucket" "anchor" {
  provider            = aws.anchor
  bucket              = "${var.name}-anchor"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "anchor" {
  provider = aws.anchor
  bucket   = aws_s3_bucket.anchor.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "anchor" {
  provider                = aws.anchor
  bucket                  = aws_s3_bucket.anchor.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "anchor" {
  statement {
    sid     = "TheServerPutsAndReads"
    actions = ["s3:PutObject", "s3:PutObjectRetention", "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/${var.server_role_name}"]
    }
    resources = ["${aws_s3_bucket.anchor.arn}/*"]
  }
}

resource "aws_s3_bucket_policy" "anchor" {
  provider   = aws.anchor
  bucket     = aws_s3_bucket.anchor.id
  policy     = data.aws_iam_policy_document.anchor.json
  depends_on = [aws_s3_bucket_public_access_block.anchor]
}

# --- who may do what --------------------------------------------------------------------------------------------------

data "aws_iam_policy_document" "server" {
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"]
    resources = [aws_s3_bucket.evidence.arn]
  }

  statement {
    sid = "PutReadAndHold"
    actions = [
      "s3:PutObject", "s3:AbortMultipartUpload",
      "s3:GetObject", "s3:GetObjectVersion", "s3:RestoreObject",
      "s3:PutObjectRetention", "s3:GetObjectRetention",
      "s3:PutObjectLegalHold", "s3:GetObjectLegalHold",
    ]
    resources = ["${aws_s3_bucket.evidence.arn}/*"]
  }

  # The store refuses this while a lock or a hold is on; after that it is how disposal happens.
  statement {
    sid       = "Dispose"
    actions   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = ["${aws_s3_bucket.evidence.arn}/*"]
  }

  statement {
    sid       = "Anchor"
    actions   = ["s3:PutObject", "s3:PutObjectRetention", "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"]
    resources = ["${aws_s3_bucket.anchor.arn}/*"]
  }

  statement {
    sid       = "ObjectsAtRest"
    actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
    resources = [aws_kms_key.objects.arn]
  }

  statement {
    sid       = "ProtectedFields"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"]
    resources = [aws_kms_key.root.arn]
  }
}

resource "aws_iam_role_policy" "server" {
  name   = "palisade"
  role   = var.server_role_name
  policy = data.aws_iam_policy_document.server.json
}

# Attach this to auditors: `palisade verify --bucket … --anchor …` needs no more. It reads sealed values only sealed.
data "aws_iam_policy_document" "auditor" {
  statement {
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [aws_s3_bucket.evidence.arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention", "s3:GetObjectLegalHold"]
    resources = ["${aws_s3_bucket.evidence.arn}/*", "${aws_s3_bucket.anchor.arn}/*"]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.objects.arn]
  }
}

resource "aws_iam_policy" "auditor" {
  name   = "${var.name}-auditor"
  policy = data.aws_iam_policy_document.auditor.json
}

output "configuration" {
  description = "What goes into palisade.toml."
  value       = <<-TOML
    [storage]
    cold = "s3://${aws_s3_bucket.evidence.bucket}/palisade?kms_key=${aws_kms_key.objects.key_id}"
    anchor = "s3://${aws_s3_bucket.anchor.bucket}/palisade"
    root_key = "kms:${aws_kms_alias.root.name}"
  TOML
}
