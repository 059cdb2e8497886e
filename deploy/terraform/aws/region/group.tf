# The machines of one region. How many there are is the autoscaler's to say, and which of them end.
locals {
  group = "turn-${var.region}"
}

resource "aws_launch_template" "turn" {
  name                   = local.group
  image_id               = var.image_id
  instance_type          = var.instance_type
  user_data              = base64encode(var.user_data)
  update_default_version = true

  network_interfaces {
    # Clients and peers reach a relay at its own address: no balancer can stand before it.
    associate_public_ip_address = true
    security_groups             = [aws_security_group.turn.id]
  }
  iam_instance_profile {
    name = aws_iam_instance_profile.node.name
  }
  metadata_options {
    # Who talks a relay into asking for credentials of the instance gets none: that takes a PUT, and a single hop.
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = local.group, "spillway:region" = var.region }
  }
}

resource "aws_autoscaling_group" "turn" {
  name                = local.group
  vpc_zone_identifier = var.subnet_ids
  # The policy decides between these; without the autoscaler the group stays as it is.
  min_size = 0
  max_size = var.max_size
  # AWS may pick no instance by itself, neither to shrink nor to even out zones: calls are on them.
  protect_from_scale_in = true
  suspended_processes   = ["AZRebalance"]
  health_check_type     = "EC2"
  # Growing is waited for by the autoscaler, by the heartbeat of the node.
  wait_for_capacity_timeout = "0"

  launch_template {
    id      = aws_launch_template.turn.id
    version = "$Latest"
  }
  lifecycle {
    ignore_changes = [desired_capacity]
  }
}

# The autoscaler drains first and completes the hook itself. An instance that AWS ends waits here for its calls.
resource "aws_autoscaling_lifecycle_hook" "drain" {
  name                   = "drain"
  autoscaling_group_name = aws_autoscaling_group.turn.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = var.drain_seconds
  default_result         = "CONTINUE"
}
