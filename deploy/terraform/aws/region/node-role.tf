# What a node may do in AWS: read its join token, if that is kept there, and nothing else. It calls no other API.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "join_token" {
  statement {
    actions   = ["ssm:GetParameter"]
    resources = ["arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/${trimprefix(coalesce(var.join_token_parameter, "none"), "/")}"]
  }
}

resource "aws_iam_role" "node" {
  name_prefix        = "${local.group}-"
  assume_role_policy = data.aws_iam_policy_document.node_trust.json
}

resource "aws_iam_role_policy" "join_token" {
  count  = var.join_token_parameter == null ? 0 : 1
  name   = "join-token"
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.join_token.json
}

resource "aws_iam_instance_profile" "node" {
  name_prefix = "${local.group}-"
  role        = aws_iam_role.node.name
}
