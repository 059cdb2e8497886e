# What reaches a node, and what it reaches. No SSH: take Session Manager or a machine image for debugging.
locals {
  # As `spillway render` lets the relay listen unless told otherwise.
  turn_ports = {
    "turn-udp"  = { protocol = "udp", from = 3478, to = 3478 }
    "turn-tcp"  = { protocol = "tcp", from = 3478, to = 3478 }
    "turns-tcp" = { protocol = "tcp", from = 5349, to = 5349 }
    # Peers send to the relayed addresses, from anywhere.
    "relay-udp" = { protocol = "udp", from = 49152, to = 65535 }
  }
  # Peers are anywhere. TCP is for packages, AWS and NATS.
  egress_ports = {
    "peers-udp" = { protocol = "udp", from = 0, to = 65535 }
    "http-tcp"  = { protocol = "tcp", from = 80, to = 80 }
    "https-tcp" = { protocol = "tcp", from = 443, to = 443 }
    "nats-tcp"  = { protocol = "tcp", from = var.nats_port, to = var.nats_port }
  }
  everybody = {
    "v4" = { ipv4 = "0.0.0.0/0", ipv6 = null }
    "v6" = { ipv4 = null, ipv6 = "::/0" }
  }
  ingress = { for pair in setproduct(keys(local.turn_ports), keys(local.everybody)) : join("-", pair) => merge(local.turn_ports[pair[0]], local.everybody[pair[1]]) }
  egress  = { for pair in setproduct(keys(local.egress_ports), keys(local.everybody)) : join("-", pair) => merge(local.egress_ports[pair[0]], local.everybody[pair[1]]) }
}

resource "aws_security_group" "turn" {
  name        = local.group
  description = "TURN relays of ${var.region}"
  vpc_id      = var.vpc_id
  tags        = { Name = local.group }
}

resource "aws_vpc_security_group_ingress_rule" "turn" {
  for_each          = local.ingress
  security_group_id = aws_security_group.turn.id
  description       = each.key
  ip_protocol       = each.value.protocol
  from_port         = each.value.from
  to_port           = each.value.to
  cidr_ipv4         = each.value.ipv4
  cidr_ipv6         = each.value.ipv6
}

resource "aws_vpc_security_group_egress_rule" "turn" {
  for_each          = local.egress
  security_group_id = aws_security_group.turn.id
  description       = each.key
  ip_protocol       = each.value.protocol
  from_port         = each.value.from
  to_port           = each.value.to
  cidr_ipv4         = each.value.ipv4
  cidr_ipv6         = each.value.ipv6
}

# The reporter's metrics. It has no other door, and listens on loopback unless HTTP_HOST is the private address.
resource "aws_vpc_security_group_ingress_rule" "prometheus" {
  for_each          = toset(var.prometheus_cidrs)
  security_group_id = aws_security_group.turn.id
  description       = "prometheus"
  ip_protocol       = "tcp"
  from_port         = 9650
  to_port           = 9650
  cidr_ipv4         = each.value
}
