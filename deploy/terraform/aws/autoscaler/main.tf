# What the autoscaler may do in AWS: exactly the calls it makes, to these groups. Attach the policy to the role of the
# machine or pod that runs it; it needs no keys then.
terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "group_arns" {
  description = "The Auto Scaling groups of all regions"
  type        = list(string)
}

data "aws_iam_policy_document" "autoscaler" {
  statement {
    # AWS has no rights by group for what only looks.
    actions   = ["autoscaling:DescribeAutoScalingGroups"]
    resources = ["*"]
  }
  statement {
    actions = [
      "autoscaling:SetDesiredCapacity",
      "autoscaling:SetInstanceProtection",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
      "autoscaling:CompleteLifecycleAction",
    ]
    resources = var.group_arns
  }
}

resource "aws_iam_policy" "autoscaler" {
  name   = "spillway-autoscaler"
  policy = data.aws_iam_policy_document.autoscaler.json
}

output "policy_arn" {
  description = "To be attached to the autoscaler's role"
  value       = aws_iam_policy.autoscaler.arn
}
