output "provider" {
  description = "What the policy says of this region, under regions.<region>.scaling.provider"
  value = {
    kind          = "aws-asg"
    group         = aws_autoscaling_group.turn.name
    awsRegion     = data.aws_region.current.region
    lifecycleHook = aws_autoscaling_lifecycle_hook.drain.name
  }
}

output "group_arn" {
  description = "For the autoscaler's rights"
  value       = aws_autoscaling_group.turn.arn
}

output "security_group_id" {
  description = "To let nodes in to NATS"
  value       = aws_security_group.turn.id
}
